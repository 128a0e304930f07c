//! Where a ledger can be, and what is said where it cannot.

use super::*;
use crate::ledger::LedgerError;
use std::fs;

fn refusal(place: &Path) -> String {
    let LedgerError { why, .. } = Ledger::open(place).expect_err("refused");
    assert!(why.contains("Nothing is sent without a ledger"), "{why}");
    why
}

/// Whether permissions mean nothing to this user, as to root.
fn permissions_mean_nothing(folder: &Path) -> bool {
    fs::write(folder.join("probe"), "").is_ok()
}

#[cfg(unix)]
#[test]
fn files_are_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, place) = place();
    let mut ledger = open(&place);
    let intent = intent("b");
    let _lock = ledger.lock(&intent.id).expect("locks");
    let _ = ledger.begin(&intent, NOW, false).expect("begins");
    let mode = |path: PathBuf| {
        fs::metadata(&path).unwrap_or_else(|error| panic!("{path:?}: {error}")).permissions().mode()
            & 0o777
    };
    let state = place.parent().expect("a folder").to_owned();
    let name = |suffix: &str| state.join(format!("ledger.sqlite{suffix}"));
    for file in ["", "-wal", "-shm"] {
        assert_eq!(mode(name(file)), 0o600, "{file}");
    }
    for folder in [".lock", ".spare"] {
        assert_eq!(mode(name(folder)), 0o700, "{folder}");
        assert_eq!(mode(name(folder).join(intent.id.as_str())), 0o600, "{folder}");
    }
    assert_eq!(mode(state), 0o700);
}

#[test]
fn a_folder_is_no_ledger() {
    let folder = TempDir::new().expect("a folder");
    assert!(refusal(folder.path()).contains("is a folder; name a file in it"));
    assert!(refusal(Path::new("/")).contains("names no file"));
    assert!(refusal(Path::new("")).contains("names no file"));
}

#[test]
fn a_file_is_no_folder() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("writes");
    assert!(refusal(&file.join("ledger.sqlite")).contains("cannot be made"));
}

#[test]
fn what_is_no_ledger_stays_as_it_is() {
    let folder = TempDir::new().expect("a folder");
    for (name, bytes) in [
        ("text", b"{\"model\": \"kling\"}".to_vec()),
        ("short", b"S".to_vec()),
        ("cut", b"SQLite format 3".to_vec()),
        ("zeros", vec![0; 9000]),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, &bytes).expect("writes");
        assert!(refusal(&file).contains("is no ledger"), "{name}");
        let now = same(&file);
        assert_eq!(now, bytes, "{name}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests' own files")]
fn same(file: &Path) -> Vec<u8> {
    fs::read(file).expect("reads")
}

#[test]
fn a_database_of_another_program_stays_as_it_is() {
    let folder = TempDir::new().expect("a folder");
    for statement in [
        "CREATE TABLE bookmarks (url TEXT)",
        "PRAGMA application_id = 42",
        "PRAGMA user_version = 3",
        "CREATE TABLE tasks (id TEXT); PRAGMA user_version = 1",
    ] {
        let file = folder.path().join("places.sqlite");
        let other = rusqlite::Connection::open(&file).expect("opens");
        other.execute_batch(statement).expect("runs");
        drop(other);
        let before = same(&file);
        assert!(refusal(&file).contains("another program's database"), "{statement}");
        assert_eq!(same(&file), before);
        fs::remove_file(&file).expect("removes");
    }
}

#[test]
fn a_newer_ledger_is_left_to_a_newer_program() {
    let (_folder, place) = place();
    let ledger = open(&place);
    ledger.connection.pragma_update(None, "user_version", 2).expect("updates");
    let before = ledger;
    assert!(refusal(&place).contains("written by a newer kling-submit"));
    before.connection.pragma_update(None, "user_version", -1).expect("updates");
    assert!(refusal(&place).contains("no valid schema version"));
    before.connection.pragma_update(None, "user_version", 1).expect("updates");
    drop(before);
    open(&place);
}

#[test]
fn an_empty_file_becomes_a_ledger_unless_its_log_is_not() {
    let folder = TempDir::new().expect("a folder");
    let place = folder.path().join("ledger.sqlite");
    fs::write(&place, "").expect("writes");
    fs::write(folder.path().join("ledger.sqlite-wal"), "left").expect("writes");
    assert!(refusal(&place).contains("is too damaged to be opened"));
    fs::remove_file(folder.path().join("ledger.sqlite-wal")).expect("removes");
    submitted(&mut open(&place), "b", &[]);
}

#[test]
fn a_name_with_anything_in_it_is_a_name() {
    let folder = TempDir::new().expect("a folder");
    for name in [":memory:", "file:x?mode=memory", "a b%41#?.sqlite", "книга"] {
        let place = folder.path().join(name);
        let intent = submitted(&mut open(&place), "b", &[sending()]);
        assert_eq!(words(&task(&open(&place), &intent.id)), ["intent", "sending"]);
        assert!(place.is_file(), "{name}");
    }
}

#[test]
fn messages_escape_names() {
    let folder = TempDir::new().expect("a folder");
    let place = folder.path().join("a\u{1b}[31m");
    fs::create_dir(&place).expect("makes");
    let why = refusal(&place);
    assert!(why.contains("a\\u{1b}[31m") && !why.contains('\u{1b}'), "{why}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_one_ledger() {
    use std::os::unix::fs::symlink;
    let (folder, place) = place();
    let link = folder.path().join("link.sqlite");
    symlink(&place, &link).expect("links");
    assert!(refusal(&link).contains("is a link to a file that is not there"));

    let mut ledger = open(&place);
    let intent = submitted(&mut ledger, "b", &[sending()]);
    let by_link = open(&link);
    assert_eq!(by_link.place(), ledger.place());
    let _lock = by_link.lock(&intent.id).expect("locks").expect("free");
    assert!(ledger.lock(&intent.id).expect("locks").is_none(), "one ledger, one lock");
}

#[cfg(unix)]
#[test]
fn a_second_name_is_refused() {
    let (folder, place) = place();
    drop(open(&place));
    fs::hard_link(&place, folder.path().join("second")).expect("links");
    assert!(refusal(&place).contains("has 2 names"));
}

#[cfg(unix)]
#[test]
fn a_pipe_or_device_is_no_ledger() {
    let folder = TempDir::new().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        assert!(refusal(&pipe).contains("is no regular file"));
    }
    assert!(refusal(Path::new("/dev/null")).contains("is no regular file"));
}

#[cfg(unix)]
#[test]
fn a_ledger_of_another_user_is_refused() {
    let (_folder, place) = place();
    drop(open(&place));
    // Only root can give a file away.
    if std::os::unix::fs::chown(&place, Some(12345), None).is_ok() {
        assert!(refusal(&place).contains("belongs to another user (uid 12345"));
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, place) = place();
    drop(open(&place));
    let folder = place.parent().expect("a folder");
    let set = |mode| fs::set_permissions(folder, fs::Permissions::from_mode(mode)).expect("sets");
    set(0o500);
    if !permissions_mean_nothing(folder) {
        let why = refusal(&place);
        assert!(why.contains("it and its folder must be writable"), "{why}");
        let why = refusal(&folder.join("new.sqlite"));
        assert!(why.contains("it and its folder must be writable"), "{why}");
    }
    set(0o700);
}

#[test]
fn ids_lead_into_no_other_folder() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    for name in ["", "..", "../x", "/etc/passwd", "a/b", "a\\b", "C:x", "a\0b", &"k".repeat(65)] {
        let id = Id::from(name.to_owned());
        assert!(ledger.lock(&id).is_err(), "{name:?}");
        assert!(ledger.spare(&id, NOW, &sending()).is_err(), "{name:?}");
        let intent = Intent { id: id.clone(), ..intent("b") };
        assert!(ledger.begin(&intent, NOW, true).is_err(), "{name:?}");
        assert!(ledger.append(&id, NOW, &sending()).is_err(), "{name:?}");
    }
}

#[test]
fn the_spare_folder_may_hold_what_is_not_ours() {
    let (_folder, place) = place();
    drop(open(&place));
    let spares = place.with_file_name("ledger.sqlite.spare");
    fs::create_dir_all(spares.join("folder.d")).expect("makes");
    fs::write(spares.join(".DS_Store"), "x").expect("writes");
    fs::write(spares.join("kl1-UNKNOWN"), "{\"at\":1").expect("writes");
    let ledger = open(&place);
    let faults = ledger.verify().expect("verifies").faults;
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("was not written to its end"), "{faults:?}");
}

#[cfg(unix)]
#[test]
fn a_ledger_that_was_taken_away_takes_nothing_in() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    let task = submitted(&mut ledger, "b", &[sending()]);
    let away = place.with_extension("away");
    std::fs::rename(&place, &away).expect("renamed");
    let error = ledger.append(&task.id, at(1), &accepted("81")).expect_err("it is gone");
    assert!(error.why.contains("removed or replaced"), "{error}");
    std::fs::write(&place, "another").expect("written");
    let second = intent("c");
    let _lock = ledger.lock(&second.id).expect("locks").expect("free");
    let error = ledger.begin(&second, at(2), false).expect_err("it is another file");
    assert!(error.why.contains("Nothing is sent without a ledger"), "{error}");
    std::fs::rename(&away, &place).expect("renamed");
    ledger.append(&task.id, at(3), &accepted("81")).expect("it is back");
}
