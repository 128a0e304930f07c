use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// What the file outside says. It must never be read.
const SECRET: &[u8] = b"secret";

/// `outer/root/` is what may be read; beside it lie `outer/secret.png` and `outer/away/secret.png`.
struct World {
    outer: TempDir,
}

impl World {
    fn new(files: &[&str]) -> Self {
        let world = World { outer: tempfile::tempdir().expect("a folder") };
        fs::create_dir_all(world.root()).expect("a folder");
        world.write("../secret.png", SECRET);
        world.write("../away/secret.png", SECRET);
        for file in files {
            world.write(file, file.as_bytes());
        }
        world
    }

    fn root(&self) -> PathBuf {
        self.outer.path().join("root")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    #[cfg(unix)]
    fn link(&self, target: impl AsRef<Path>, link: &str) {
        std::os::unix::fs::symlink(target, self.at(link)).expect("a link");
    }

    /// What a request in the folder gets.
    fn beside(&self, text: &str) -> Result<String, Refusal> {
        get(&LocalFiles::beside_request(), text, &self.at("request.json"))
    }

    /// What a request at this place gets with `--root`.
    fn beneath(&self, request: &str, text: &str) -> Result<String, Refusal> {
        let files = LocalFiles::beneath(self.root()).expect("a folder");
        get(&files, text, &self.at(request))
    }

    fn outside(&self) -> Result<String, Refusal> {
        Err(Refusal::outside(self.root().to_string_lossy()))
    }
}

fn get(files: &dyn Files, text: &str, request: &Path) -> Result<String, Refusal> {
    read(files.open(&FileName::new(text, Some(request)))?)
}

/// The beginning of the file.
#[expect(clippy::unnecessary_wraps, reason = "it reads well in a chain")]
fn read(file: OpenFile) -> Result<String, Refusal> {
    let mut text = String::new();
    file.take(100).read_to_string(&mut text).expect("it can be read");
    assert_ne!(text.as_bytes(), SECRET);
    Ok(text)
}

fn missing() -> Result<String, Refusal> {
    Err(Refusal::missing())
}

fn near(name: &str) -> Result<String, Refusal> {
    Err(Refusal::missing_near(name))
}

fn not(what: &str) -> Result<String, Refusal> {
    Err(Refusal::not_a_file(what))
}

fn unreadable(reason: &str) -> Result<String, Refusal> {
    Err(Refusal::unreadable(reason))
}

fn found(name: &str) -> Result<String, Refusal> {
    Ok(name.to_owned())
}

#[test]
fn plain_names() {
    let world = World::new(&["cat.png", "a/b.png", "ä ö.png", "a%20b.png", "\u{1b}[31m\n.png"]);
    for text in ["cat.png", "./cat.png", ".//./cat.png", "a/../cat.png", "a/.././a/../cat.png"] {
        assert_eq!(world.beside(text), found("cat.png"), "{text}");
    }
    for name in ["a/b.png", "ä ö.png", "a%20b.png", "\u{1b}[31m\n.png"] {
        assert_eq!(world.beside(name), found(name));
    }
}

#[test]
fn file_urls() {
    let world = World::new(&["cat.png", "ä ö.png", "100%.png", "a#b?.png"]);
    let root = world.root();
    let root = root.to_str().expect("UTF-8");
    for text in [
        "file:cat.png".to_owned(),
        "FILE:./cat.png".to_owned(),
        "file:cat.png?v=1#top".to_owned(),
        format!("file:{root}/cat.png"),
        format!("file://{root}/cat.png"),
        format!("file://LOCALHOST{root}/%63at.png"),
    ] {
        assert_eq!(world.beside(&text), found("cat.png"), "{text}");
    }
    assert_eq!(world.beside("file:%C3%A4%20%c3%b6.png"), found("ä ö.png"));
    assert_eq!(world.beside("file:100%.png"), found("100%.png"));
    assert_eq!(world.beside("file:a%23b%3f.png"), found("a#b?.png"));
    for text in [
        "file://server/share/cat.png",
        "file://cat.png",
        "file:///etc/passwd",
        "file:../secret.png",
        "file:%2e%2e/secret.png",
        "file:%2e%2e%2fsecret.png",
        "file:..%5csecret.png",
        "file:/etc/passwd",
        "file:////etc/passwd",
        "file://",
        "file:///",
    ] {
        assert_eq!(world.beside(text), world.outside(), "{text}");
    }
    assert_eq!(world.beside("file:"), not("a folder"));
    #[cfg(unix)]
    assert_eq!(world.beside("file:%ff%fe.png"), missing());
}

#[test]
fn absolute_paths_count_by_their_names() {
    let world = World::new(&["cat.png", "a/b.png"]);
    let at = |path: &str| world.at(path).to_str().expect("UTF-8").to_owned();
    assert_eq!(world.beside(&at("cat.png")), found("cat.png"));
    assert_eq!(world.beside(&at("a/../cat.png")), found("cat.png"));
    assert_eq!(world.beside(&at("../root/./cat.png")), found("cat.png"));
    assert_eq!(world.beside(&at("../../secret.png")), world.outside());
    assert_eq!(world.beside(&at("../secret.png")), world.outside());
    // What is not there is no different from what is.
    assert_eq!(world.beside(&at("../none.png")), world.outside());
    assert_eq!(world.beside(&at("../rooted/cat.png")), world.outside());
    assert_eq!(world.beside("/dev/zero"), world.outside());
    assert_eq!(world.beneath("a/request.json", &at("cat.png")), found("cat.png"));
    assert_eq!(world.beneath("a/request.json", &at("a/b.png")), found("a/b.png"));
}

#[test]
fn paths_that_leave_and_come_back() {
    let world = World::new(&["cat.png", "a/b.png"]);
    assert_eq!(world.beside("../root/cat.png"), found("cat.png"));
    assert_eq!(world.beside("a/../../root/a/b.png"), found("a/b.png"));
    assert_eq!(world.beside("../away/../root/cat.png"), world.outside());
    assert_eq!(world.beside("../none/../root/cat.png"), world.outside());
    assert_eq!(world.beside("../root"), not("a folder"));
    assert_eq!(world.beside(world.root().to_str().expect("UTF-8")), not("a folder"));
    assert_eq!(world.beside("../root/none/../cat.png"), missing());
    assert_eq!(world.beside("../root/cat.png/../cat.png"), missing());
    assert_eq!(world.beneath("a/request.json", "../../root/cat.png"), found("cat.png"));
    for text in ["..", "../", "../secret.png", "a/../../secret.png", "../../../../../../etc/passwd"]
    {
        assert_eq!(world.beside(text), world.outside(), "{text}");
    }
    let many = format!("{}etc/passwd", "../".repeat(1000));
    assert_eq!(world.beside(&many), world.outside());
    let back = format!("{}cat.png", "../root/".repeat(500));
    assert_eq!(world.beside(&back), world.outside());
}

#[test]
fn beneath_a_root_the_own_folder_comes_first() {
    let world = World::new(&["cat.png", "dog.png", "in/request.json", "in/deep/x.png"]);
    world.write("in/cat.png", b"own");
    assert_eq!(world.beneath("in/request.json", "cat.png"), found("own"));
    assert_eq!(world.beneath("in/request.json", "../cat.png"), found("cat.png"));
    assert_eq!(world.beneath("in/request.json", "dog.png"), found("dog.png"));
    assert_eq!(world.beneath("in/request.json", "in/deep/x.png"), found("in/deep/x.png"));
    assert_eq!(world.beneath("in/request.json", "../../secret.png"), world.outside());
    assert_eq!(world.beneath("in/request.json", "../none.png"), missing());
    // Requests outside, and without a place.
    assert_eq!(world.beneath("../request.json", "cat.png"), found("cat.png"));
    assert_eq!(world.beneath("../request.json", "secret.png"), missing());
    assert_eq!(world.beneath("../away/request.json", "secret.png"), missing());
    assert_eq!(world.beneath("../none/request.json", "cat.png"), found("cat.png"));
    let files = LocalFiles::beneath(world.root()).expect("a folder");
    assert!(files.open(&FileName::new("cat.png", None)).is_ok());
    assert_eq!(get(&files, "cat.png", Path::new("a job")), found("cat.png"));
    // Named by a path that turns around.
    assert_eq!(world.beneath("none/../in/request.json", "cat.png"), found("cat.png"));
    assert_eq!(world.beneath("in/deep/../request.json", "cat.png"), found("own"));
}

#[test]
fn the_root_must_be_a_folder() {
    let world = World::new(&["cat.png"]);
    assert!(matches!(LocalFiles::beneath(world.at("none")), Err(LintError::Io { .. })));
    assert!(matches!(LocalFiles::beneath(world.at("cat.png")), Err(LintError::Io { .. })));
    assert!(matches!(LocalFiles::beneath(""), Err(LintError::Io { .. })));
    assert!(LocalFiles::beneath(".").is_ok());
    assert_eq!(world.beneath("none/request.json", "none.png"), missing());
    let files = LocalFiles::beside_request();
    assert_eq!(get(&files, "cat.png", &world.at("none/request.json")), missing());
}

#[test]
fn windows_paths_elsewhere() {
    if cfg!(windows) {
        return;
    }
    let world = World::new(&["cat.png", "a/b.png", "c\\d.png", "C:b.png"]);
    assert_eq!(world.beside(".\\cat.png"), found("cat.png"));
    assert_eq!(world.beside("a\\b.png"), found("a/b.png"));
    assert_eq!(world.beside("a\\..\\cat.png"), found("cat.png"));
    assert_eq!(world.beside("c\\d.png"), found("c\\d.png"));
    assert_eq!(world.beside("C:b.png"), found("C:b.png"));
    assert_eq!(world.beside("..\\secret.png"), world.outside());
    assert_eq!(world.beside("a\\B.png"), near("a\\b.png"));
    for text in ["C:\\cat.png", "c:/cat.png", "\\\\server\\x.png", "\\cat.png", "file:C:/cat.png"] {
        assert_eq!(world.beside(text), world.outside(), "{text}");
    }
}

#[test]
fn what_no_file_is_called() {
    let world = World::new(&["cat.png"]);
    assert_eq!(world.beside(""), not("a folder"));
    assert_eq!(world.beside("."), not("a folder"));
    assert_eq!(world.beside("./"), not("a folder"));
    assert_eq!(world.beside("a\0b.png"), unreadable("a path cannot hold a NUL character"));
    assert_eq!(world.beside("\0"), unreadable("a path cannot hold a NUL character"));
    assert_eq!(world.beside("file:a%00.png"), unreadable("a path cannot hold a NUL character"));
    let name = format!("{}.png", "x".repeat(300));
    assert_eq!(world.beside(&name), unreadable("the name is too long"));
    for text in ["x".repeat(1 << 20), "a/".repeat(1 << 19), "../".repeat(1 << 18)] {
        assert_eq!(world.beside(&text), unreadable("the path is too long"));
    }
    assert_eq!(world.beside(&"./".repeat(2000)), not("a folder"));
    assert_eq!(world.beside("~/cat.png"), unreadable("only a shell knows what \"~\" stands for"));
    let world = World::new(&["~/cat.png"]);
    assert_eq!(world.beside("~/cat.png"), found("~/cat.png"));
}

#[test]
fn folders_are_no_files() {
    let world = World::new(&["folder.png/x", "cat.png"]);
    assert_eq!(world.beside("folder.png"), not("a folder"));
    assert_eq!(world.beside("folder.png/"), not("a folder"));
    assert_eq!(world.beside("cat.png/"), near("cat.png"));
    assert_eq!(world.beside("cat.png/x.png"), missing());
}

#[test]
fn what_was_probably_meant() {
    let world = World::new(&[
        "cat.jpeg",
        "cat.txt",
        "Dog.PNG",
        "shot-1.png",
        "e\u{301}t\u{e9}.png",
        "my bird.png",
        "images/elephant.png",
        "giraffe.jpg",
        "notes.txt",
        "two words.jpg",
    ]);
    fs::create_dir(world.at("zebra.png")).expect("a folder");
    assert_eq!(world.beside("cat.jpg"), near("cat.jpeg"));
    assert_eq!(world.beside("./cat.png"), near("./cat.jpeg"));
    assert_eq!(world.beside("dog.png"), near("Dog.PNG"));
    assert_eq!(world.beside("images/../dog.png"), near("images/../Dog.PNG"));
    assert_eq!(world.beside("shot-2.png"), missing());
    assert_eq!(world.beside("zebra.jpg"), missing());
    assert_eq!(world.beside("notes.png"), missing());
    assert_eq!(world.beside("images/elefant.png"), near("images/elephant.png"));
    assert_eq!(world.beside("image/elephant.png"), near("images/elephant.png"));
    assert_eq!(world.beside("./image/elephant.png"), near("images/elephant.png"));
    assert_eq!(world.beside("pics/giraffe.jpg"), near("giraffe.jpg"));
    assert_eq!(world.beside("cat.jpeg\n"), near("cat.jpeg"));
    assert_eq!(world.beside(" images/elephant.png "), near("images/elephant.png"));
    assert_eq!(world.beside("my%20bird.png"), near("my bird.png"));
    assert_eq!(world.beside("file:my%20brid.png"), near("file:my%20bird.png"));
    assert_eq!(world.beside("file:cat.jpg"), near("file:cat.jpeg"));
    assert_eq!(world.beside("\u{e9}t\u{e9}.png"), missing());
    assert_eq!(world.beneath("images/request.json", "elefant.png"), near("elephant.png"));
    assert_eq!(world.beneath("images/request.json", "girafe.jpg"), near("giraffe.jpg"));
    let path = world.at("cat.jpg");
    assert_eq!(
        world.beside(path.to_str().expect("UTF-8")),
        near(world.at("cat.jpeg").to_str().expect("UTF-8"))
    );
}

#[test]
fn of_equals_the_first_is_meant() {
    let world = World::new(&["cat.webp", "cat.gif", "cat.mp4"]);
    assert_eq!(world.beside("cat.png"), near("cat.gif"));
}

#[test]
fn hints_end_where_nobody_reads_them() {
    let world = World::new(&["cat.png"]);
    let files = LocalFiles::beside_request();
    for _ in 0..HINTS {
        assert_eq!(get(&files, "cat.jpg", &world.at("a.json")), near("cat.png"));
        assert_eq!(get(&files, "cat.png", &world.at("a.json")), found("cat.png"));
    }
    assert_eq!(get(&files, "cat.jpg", &world.at("a.json")), missing());
    assert_eq!(get(&files, "cat.jpg", &world.at("b.json")), near("cat.png"));
}

#[test]
fn a_sparse_file_of_a_terabyte_is_not_read() {
    let world = World::new(&["huge.png"]);
    let huge = fs::OpenOptions::new().write(true).open(world.at("huge.png")).expect("a file");
    if huge.set_len(1 << 40).is_err() {
        return; // a file system without holes, or with a limit
    }
    let name = FileName::new("huge.png", None);
    let files = LocalFiles::beneath(world.root()).expect("a folder");
    assert_eq!(files.open(&name).expect("a file").len(), 1 << 40);
}

#[test]
fn an_empty_file_is_served() {
    let world = World::new(&[]);
    world.write("empty.png", b"");
    assert_eq!(world.beside("empty.png"), found(""));
}

#[test]
fn an_open_file_outlives_its_name() {
    let world = World::new(&["cat.png"]);
    let files = LocalFiles::beside_request();
    let request = world.at("request.json");
    let file = files.open(&FileName::new("cat.png", Some(&request))).expect("a file");
    world.write("other.png", b"other");
    fs::rename(world.at("other.png"), world.at("cat.png")).expect("renamed");
    assert_eq!(read(file), found("cat.png"));
    assert_eq!(get(&files, "cat.png", &request), found("other"));
}

#[test]
fn a_folder_that_is_replaced_is_seen() {
    let world = World::new(&["in/cat.png"]);
    let files = LocalFiles::beside_request();
    let request = world.at("in/request.json");
    assert_eq!(get(&files, "cat.png", &request), found("in/cat.png"));
    fs::rename(world.at("in"), world.at("old")).expect("renamed");
    world.write("in/cat.png", b"new");
    assert_eq!(get(&files, "cat.png", &request), found("new"));
}

#[test]
fn hard_links_are_plain_files() {
    let world = World::new(&[]);
    world.write("../plain.png", b"plain");
    fs::hard_link(world.at("../plain.png"), world.at("hard.png")).expect("a link");
    assert_eq!(world.beside("hard.png"), found("plain"));
}

#[test]
fn nothing_written_panics_or_leaves() {
    let world = World::new(&["a", "a.png", "b/a", "b/..a"]);
    let files =
        [LocalFiles::beside_request(), LocalFiles::beneath(world.root()).expect("a folder")];
    let word = prop_oneof![
        Just("..".to_owned()),
        Just("/".to_owned()),
        Just("\\".to_owned()),
        Just("root".to_owned()),
        Just("secret.png".to_owned()),
        Just("%2e".to_owned()),
        Just("%".to_owned()),
        Just("file:".to_owned()),
        Just("~".to_owned()),
        Just(world.root().to_string_lossy().into_owned()),
        "[ab.]{1,3}",
        any::<char>().prop_map(String::from),
    ];
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) };
    proptest!(config, |(words in proptest::collection::vec(word, 0..12), request in 0..3_usize)| {
        let request = world.at(["request.json", "b/request.json", "../request.json"][request]);
        for files in &files {
            // `../request.json` may read the secret that lies beside it, but only without a root.
            if request.ends_with("root/../request.json") && files.root.is_none() {
                continue;
            }
            let _ = get(files, &words.concat(), &request);
        }
    });
}

/// What the quick way serves, the careful way serves, too, and it is the same.
#[cfg(unix)]
#[test]
fn both_ways_lead_to_the_same_file() {
    let world = World::new(&["a", "a.png", "b/a", "b/..a", "b/b/a.png"]);
    world.link("../a", "b/up");
    world.link("../../secret.png", "b/out");
    world.link("b", "c");
    world.link("../away", "gone");
    world.link("none", "dangling");
    let files =
        [LocalFiles::beside_request(), LocalFiles::beneath(world.root()).expect("a folder")];
    const PARTS: [&str; 12] =
        ["..", ".", "", "a", "b", "c", "a.png", "up", "out", "gone", "dangling", "root"];
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) };
    let served = std::cell::Cell::new(0);
    let part = proptest::sample::select(&PARTS[..]);
    proptest!(config, |(parts in proptest::collection::vec(part, 1..5), request in 0..3_usize)| {
        let text = parts.join("/");
        let request = world.at(["request.json", "b/request.json", "b/none/request.json"][request]);
        for files in &files {
            let own = OfRequest::new(files, Some(&request));
            let Ok((folder, start)) = own.start() else { continue };
            let Some(file) = start.plain(&folder.dir, &text) else { continue };
            let name = names::read(&text).expect("a name");
            prop_assert_eq!(read(file), folder.search(&name, start).and_then(read), "{}", text);
            served.set(served.get() + 1);
        }
    });
    assert!(served.get() > 200, "{}", served.get());
}

/// A folder of many long names, and a request of many more that are missing.
#[test]
fn hostile_names_take_bounded_work() {
    let world = World::new(&[]);
    for index in 0..3000 {
        world.write(&format!("{}{index}.png", "ab".repeat(100)), b"");
    }
    let start = Instant::now();
    let files = LocalFiles::beside_request();
    for index in 0..2000 {
        let name = format!("{}{index}.png", "ba".repeat(30));
        assert_eq!(get(&files, &name, &world.at("request.json")), missing());
    }
    // For whoever reads the output; tests do not fail by the clock.
    println!("{:?}", start.elapsed());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn links_that_stay_inside_are_followed() {
        let world = World::new(&["cat.png", "a/b.png"]);
        world.link("cat.png", "one.png");
        world.link("one.png", "two.png");
        world.link("../cat.png", "a/up.png");
        world.link("a", "folder");
        world.link(".", "itself");
        world.link(world.at("a/b.png"), "absolute.png");
        world.link(world.at("a"), "absolute");
        world.link("../../root/cat.png", "a/around.png");
        for text in ["one.png", "two.png", "a/up.png", "itself/itself/two.png", "a/around.png"] {
            assert_eq!(world.beside(text), found("cat.png"), "{text}");
        }
        for text in ["folder/b.png", "absolute.png", "absolute/b.png", "itself/absolute/b.png"] {
            assert_eq!(world.beside(text), found("a/b.png"), "{text}");
        }
        // `..` behind a link is the parent of where it leads.
        assert_eq!(world.beside("absolute/../cat.png"), found("cat.png"));
        assert_eq!(world.beneath("folder/request.json", "b.png"), found("a/b.png"));
        assert_eq!(world.beneath("absolute/request.json", "b.png"), found("a/b.png"));
        assert_eq!(world.beneath("absolute/request.json", "../../root/cat.png"), found("cat.png"));
        assert_eq!(world.beneath("none/request.json", "two.png"), found("cat.png"));
    }

    #[test]
    fn links_that_lead_out_are_refused() {
        let world = World::new(&["cat.png"]);
        world.link("../secret.png", "up.png");
        world.link(world.at("../secret.png"), "absolute.png");
        world.link("up.png", "chain.png");
        world.link("..", "folder");
        world.link("/", "slash");
        world.link("/dev/null", "null.png");
        world.link("/dev/zero", "zero.png");
        world.link("/proc/self/fd/0", "stdin.png");
        world.link("../none.png", "dangling-out.png");
        world.link("none.png", "dangling.png");
        world.link("../away/../secret.png", "around.png");
        for text in [
            "up.png",
            "absolute.png",
            "chain.png",
            "folder/secret.png",
            "folder/root/../secret.png",
            "slash/etc/passwd",
            "null.png",
            "zero.png",
            "stdin.png",
            "dangling-out.png",
            "around.png",
            "folder",
            "slash/",
            "folder/none.png",
        ] {
            assert_eq!(world.beside(text), world.outside(), "{text}");
            assert_eq!(world.beneath("x/request.json", text), world.outside(), "{text}");
        }
        // It comes back, but only by name: the root of the system is no place to look around in.
        assert_eq!(world.beside("folder/root/cat.png"), found("cat.png"));
        assert_eq!(world.beside("dangling.png"), missing());
    }

    #[test]
    fn links_in_a_circle() {
        let world = World::new(&[]);
        world.link("b.png", "a.png");
        world.link("a.png", "b.png");
        world.link("c.png/x", "c.png");
        world.link(world.at("e.png"), "d.png");
        world.link(world.at("d.png"), "e.png");
        assert_eq!(world.beside("a.png"), unreadable("its links lead in a circle"));
        assert_eq!(world.beside("c.png"), unreadable("its links lead in a circle"));
        assert_eq!(world.beside("d.png"), world.outside());
    }

    #[test]
    fn pipes_sockets_and_devices() {
        let world = World::new(&[]);
        let made = std::process::Command::new("mkfifo").arg(world.at("pipe.png")).status();
        if made.is_ok_and(|status| status.success()) {
            assert_eq!(world.beside("pipe.png"), not("a named pipe"));
            assert_eq!(world.beside("pipe.png/x.png"), missing());
        }
        let _socket =
            std::os::unix::net::UnixListener::bind(world.at("socket.png")).expect("a socket");
        assert_eq!(world.beside("socket.png"), not("a socket"));
        let devices = LocalFiles::beneath("/dev").expect("a folder");
        for name in ["null", "zero", "/dev/tty"] {
            assert_eq!(get(&devices, name, Path::new("/x.json")), not("a device"), "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_of_proc_are_never_read() {
        let proc = LocalFiles::beneath("/proc").expect("a folder");
        for name in ["kmsg", "self/environ", "self/mem", "self/pagemap", "version"] {
            match get(&proc, name, Path::new("/x.json")) {
                Ok(text) => assert_eq!(text, "", "{name}"),
                Err(refusal) => assert!(matches!(refusal, Refusal::Unreadable { .. }), "{name}"),
            }
        }
        for name in ["self/exe", "self/root/etc/passwd", "self/cwd/Cargo.toml", "self/fd/0"] {
            assert!(get(&proc, name, Path::new("/x.json")).is_err(), "{name}");
        }
    }

    #[test]
    fn what_may_not_be_read() {
        let world = World::new(&["cat.png", "closed/cat.png", "blind/cat.png"]);
        let mode = |path: &str, mode| {
            fs::set_permissions(world.at(path), fs::Permissions::from_mode(mode)).expect("a mode");
        };
        mode("cat.png", 0o000);
        mode("closed", 0o000);
        mode("blind", 0o100);
        if fs::File::options().read(true).open(world.at("cat.png")).is_ok() {
            println!("skipped: root reads everything");
        } else {
            assert_eq!(world.beside("cat.png"), unreadable("permission denied"));
            assert_eq!(world.beside("closed/cat.png"), unreadable("permission denied"));
            // Its files can be opened, and not be listed.
            assert_eq!(world.beside("blind/cat.png"), found("blind/cat.png"));
            assert_eq!(world.beside("blind/cat.jpg"), missing());
            let own = LocalFiles::beside_request();
            assert_eq!(get(&own, "cat.png", &world.at("blind/x.json")), found("blind/cat.png"));
        }
        mode("closed", 0o700);
        mode("blind", 0o700);
    }

    /// Names that are no text.
    #[test]
    fn names_of_other_encodings() {
        use std::os::unix::ffi::OsStrExt as _;

        let world = World::new(&[]);
        let name = std::ffi::OsStr::from_bytes(b"\xff.png");
        if fs::write(world.root().join(name), "odd").is_err() {
            return; // a file system that knows only text
        }
        assert_eq!(world.beside("file:%ff.png"), found("odd"));
        assert_eq!(world.beside("\u{fffd}.png"), missing());
        assert_eq!(world.beside("\u{fffd}.jpg"), missing());
    }

    /// While files, links and folders take each other's place, what lies outside is never read.
    #[test]
    fn a_race_is_never_won() {
        let world = World::new(&["cat.png", "in/secret.png"]);
        world.link("../secret.png", "link.png");
        world.link("../away", "out");
        let stop = AtomicBool::new(false);
        let (mut inner, mut refused) = (0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..10_000 {
                    swap(&world.at("cat.png"), &world.at("link.png"));
                    swap(&world.at("in"), &world.at("out"));
                }
                stop.store(true, Ordering::Relaxed);
            });
            let beneath = LocalFiles::beneath(world.root()).expect("a folder");
            let beside = LocalFiles::beside_request();
            let request = world.at("request.json");
            // One that keeps the folder of its last file open, be it swapped away meanwhile.
            let kept = beneath.for_request(Some(&request)).expect("files of a request");
            let all: [&dyn Files; 3] = [&beneath, &beside, &*kept];
            while !stop.load(Ordering::Relaxed) {
                for text in ["cat.png", "in/secret.png", "in/../cat.png", "../root/in/secret.png"] {
                    for files in all {
                        match get(files, text, &request) {
                            Ok(text) => {
                                assert!(["cat.png", "in/secret.png"].contains(&&*text), "{text}");
                                inner += 1;
                            }
                            // Without `openat2`, a link that has become a file while it is followed.
                            Err(Refusal::Unreadable { reason }) => {
                                assert_eq!(reason, "invalid argument");
                            }
                            Err(_) => refused += 1,
                        }
                    }
                }
            }
        });
        assert!(inner > 0, "{refused}");
    }

    /// Lets two names change places, through a third.
    fn swap(one: &Path, other: &Path) {
        let aside = one.with_extension("aside");
        fs::rename(one, &aside).expect("renamed");
        fs::rename(other, one).expect("renamed");
        fs::rename(aside, other).expect("renamed");
    }

    /// A pipe that takes the file's place between the look and the opening must not block.
    #[test]
    fn a_pipe_that_comes_late_does_not_block() {
        let world = World::new(&["cat.png"]);
        let made = std::process::Command::new("mkfifo").arg(world.at("pipe.png")).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: no mkfifo");
            return;
        }
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..5_000 {
                    swap(&world.at("cat.png"), &world.at("pipe.png"));
                }
                stop.store(true, Ordering::Relaxed);
            });
            let request = world.at("request.json");
            let files = LocalFiles::beside_request();
            while !stop.load(Ordering::Relaxed) {
                match get(&files, "cat.png", &request) {
                    Ok(text) => assert_eq!(text, "cat.png"),
                    Err(Refusal::NotAFile { what }) => assert_eq!(what, "a named pipe"),
                    Err(refusal) => assert!(matches!(refusal, Refusal::Missing { .. })),
                }
                let _ = crate::fs::open::open(&world.at("cat.png"));
            }
        });
    }
}

/// What one request gets for these texts, one after another.
fn in_turn(files: &LocalFiles, request: &Path, texts: &[&str]) -> Vec<Result<String, Refusal>> {
    let own = files.for_request(Some(request)).expect("files of a request");
    let open = |text: &&str| own.open(&FileName::new(text, Some(request)));
    texts.iter().map(|text| read(open(text)?)).collect()
}

#[test]
fn a_request_is_served_as_if_each_file_were_its_only_one() {
    let world = World::new(&["cat.png", "a/b.png", "a/c.png", "a/d/e.png"]);
    #[cfg(unix)]
    {
        world.link("../cat.png", "a/inside.png");
        world.link("../../secret.png", "a/outside.png");
        world.link("../away", "gone");
        world.link("a", "also");
    }
    let texts = [
        "a/b.png",
        "a/c.png",
        "./a/b.png",
        "a/c.png/",
        "a/c.png/.",
        "a/d",
        "a/d/e.png",
        "a/inside.png",
        "a/outside.png",
        "a/none.png",
        "gone/secret.png",
        "also/b.png",
        "a/b.png",
        "../secret.png",
        "a/../../secret.png",
        "a/../cat.png",
        "cat.png",
        "./cat.png",
        "cat.png/",
        "a/",
        "",
        "..",
    ];
    let request = world.at("request.json");
    for files in
        [LocalFiles::beside_request(), LocalFiles::beneath(world.root()).expect("a folder")]
    {
        let apart: Vec<_> = texts.iter().map(|text| get(&files, text, &request)).collect();
        assert_eq!(in_turn(&files, &request, &texts), apart);
    }
    assert_eq!(world.beside("a/b.png"), found("a/b.png"));
    assert!(world.beside("a/b.png/").is_err());
    assert_eq!(world.beneath("a/request.json", "c.png"), found("a/c.png"));
    #[cfg(unix)]
    {
        assert_eq!(world.beside("a/inside.png"), found("cat.png"));
        assert_eq!(world.beside("a/outside.png"), world.outside());
        assert_eq!(world.beside("gone/secret.png"), world.outside());
    }
}

/// The folder of the last file is kept for the next one; what takes its place leads nowhere new.
#[cfg(unix)]
#[test]
fn a_folder_swapped_for_a_link_in_the_middle_of_a_request() {
    let world = World::new(&["a/b.png", "a/secret.png"]);
    let files = LocalFiles::beside_request();
    let request = world.at("request.json");
    let own = files.for_request(Some(&request)).expect("files of a request");
    let open = |text| read(own.open(&FileName::new(text, Some(&request)))?);
    assert_eq!(open("a/b.png"), found("a/b.png"));
    fs::rename(world.at("a"), world.at("old")).expect("a new name");
    world.link("../away", "a");
    assert_eq!(open("a/secret.png"), found("a/secret.png"));
    assert_eq!(open("old/b.png"), found("a/b.png"));
    assert_eq!(open("a/secret.png"), world.outside());
    fs::remove_file(world.at("old/b.png")).expect("a file");
    world.link("../../secret.png", "old/b.png");
    assert_eq!(open("old/secret.png"), found("a/secret.png"));
    assert_eq!(open("old/b.png"), world.outside());
}
