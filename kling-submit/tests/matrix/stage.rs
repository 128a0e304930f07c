//! A folder with a request and a ledger, a provider behind a relay, and the command that is run there;
//! and what must hold whatever happened.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use kling_submit::demo::{Charge, Options, Provider};
use kling_submit::ledger::Ledger;
use serde_json::Value;
use tempfile::TempDir;

use crate::fault::Relay;

/// The key. It must turn up nowhere.
pub(crate) const KEY: &str = "sk-never-to-be-seen-2f9c41d7";
/// How many times faster the command's clock runs.
pub(crate) const SPEED: &str = "400";
/// A command that runs longer hangs.
const HANGS: Duration = Duration::from_secs(60);

/// Where a test plays.
pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) provider: Provider,
    pub(crate) relay: Relay,
    /// How many real seconds an answer is waited for: long, unless it is known that none comes.
    pub(crate) reply_timeout: &'static str,
    /// Runs so far.
    runs: usize,
}

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) name: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Whether it would not end, and was killed.
    hung: bool,
}

impl Run {
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// The events on standard output.
    pub(crate) fn events(&self) -> impl Iterator<Item = Value> + '_ {
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok())
    }
}

/// Whether the command aborts where it is told to, and does not sit waits out. Says so if not.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn is_for_tests() -> bool {
    let failpoints = cfg!(feature = "failpoints");
    if !failpoints {
        eprintln!("skipped: the command has no failpoints and waits in full; use --all-features");
    }
    failpoints
}

impl Stage {
    pub(crate) fn new(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let provider = Provider::start(options).expect("a provider");
        let relay = Relay::start(&provider);
        let stage = Stage { folder, provider, relay, reply_timeout: "20", runs: 0 };
        stage.write("cat.omni-video.json", br#"{ "prompt": "A cat yawns." }"#);
        stage
    }

    /// The same, with a request so long that half of it is on its way for a while.
    pub(crate) fn with_long_request(options: Options) -> Self {
        let stage = Stage::new(options);
        stage.write("noise.png", NOISE.get_or_init(noise));
        let request =
            r#"{ "prompt": "<<<image_1>>> yawns.", "image_list": [{ "image_url": "noise.png" }] }"#;
        stage.write("cat.omni-video.json", request.as_bytes());
        stage
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("a file");
        path
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.path("ledger/ledger.sqlite")
    }

    /// The command with these arguments, in the folder, knowing nothing of the user's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kling-submit"));
        command
            .args(arguments)
            .arg("--ledger")
            .arg(self.ledger())
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("COMETAPI_KEY", KEY)
            .env("KLING_SUBMIT_SPEED", SPEED)
            .stdin(Stdio::null());
        command
    }

    /// The arguments that submit the request and follow it.
    pub(crate) fn submit(&self) -> Vec<String> {
        let url = self.relay.base_url();
        [
            "cat.omni-video.json",
            "--yes",
            "--wait",
            "--json",
            "--out",
            "out",
            "--base-url",
            &url,
            "--reply-timeout",
            self.reply_timeout,
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// Starts a command whose output is kept.
    pub(crate) fn start(&mut self, name: &str, mut command: Command) -> Running {
        self.runs += 1;
        let name = format!("{:02}-{name}", self.runs);
        let file = |suffix: &str| {
            let path = self.path(&format!("{name}.{suffix}"));
            (fs::File::create(&path).expect("a file"), path)
        };
        let ((out, stdout), (err, stderr)) = (file("stdout"), file("stderr"));
        let child = command.stdout(out).stderr(err).spawn().expect("the command starts");
        Running { name, child, stdout, stderr, began: Instant::now() }
    }

    /// Runs a command to its end; what happens at the relay's moments is for `at_moment`.
    pub(crate) fn run_with(
        &mut self,
        name: &str,
        command: Command,
        mut at_moment: impl FnMut(&mut Stage, u32),
    ) -> Run {
        let mut running = self.start(name, command);
        loop {
            if let Some(run) = running.ended() {
                self.let_go();
                return run;
            }
            if let Ok(done) = self.relay.moments.recv_timeout(Duration::from_millis(5)) {
                at_moment(self, running.child.id());
                let _ = done.send(());
            }
        }
    }

    /// Lets requests go on that nobody waits for.
    fn let_go(&self) {
        let waiting: Vec<Sender<()>> = self.relay.moments.try_iter().collect();
        for done in waiting {
            let _ = done.send(());
        }
    }

    pub(crate) fn run(&mut self, name: &str, arguments: &[&str]) -> Run {
        let command = self.command(arguments);
        self.run_with(name, command, |_, _| {})
    }

    /// Submits the request, plainly.
    pub(crate) fn run_submit(&mut self, name: &str) -> Run {
        let arguments = self.submit();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.run(name, &arguments)
    }

    /// What the ledger says, after a check that it is sound.
    pub(crate) fn book(&self) -> Result<Book, String> {
        if !self.ledger().exists() {
            return Ok(Book::default());
        }
        let ledger = Ledger::open(&self.ledger()).map_err(|error| error.to_string())?;
        let verdict = ledger.verify().map_err(|error| error.to_string())?;
        if !verdict.faults.is_empty() {
            return Err(format!("the ledger is not sound: {}", verdict.faults.join("; ")));
        }
        let mut lines = Vec::new();
        ledger.export(&mut lines).map_err(|error| error.to_string())?;
        Book::of(&String::from_utf8_lossy(&lines))
    }

    /// Everything that must hold at any time, whatever happened.
    pub(crate) fn check_all(&self, runs: &[Run]) -> Result<Book, String> {
        let charges = self.provider.charges();
        let mut bodies = BTreeMap::<&str, usize>::new();
        for charge in &charges {
            *bodies.entry(&charge.request_sha256).or_default() += 1;
        }
        if let Some((_, times)) = bodies.iter().find(|(_, times)| **times > 1) {
            return Err(format!("charged {times} times for the same request"));
        }
        let book = self.book()?;
        for charge in &charges {
            if !book.knows(charge) {
                return Err(format!("task {} is charged, and lost", charge.task_id));
            }
        }
        for run in runs {
            told_truly(run, &charges)?;
        }
        self.find_key()?;
        if self.relay.keys_at_assets() > 0 {
            return Err("the key went where the assets are".into());
        }
        Ok(book)
    }

    /// How many charged tasks the ledger knows nothing of.
    pub(crate) fn lost(&self) -> usize {
        let book = self.book().unwrap_or_default();
        self.provider.charges().iter().filter(|charge| !book.knows(charge)).count()
    }

    /// The key must be in no file that anybody wrote.
    fn find_key(&self) -> Result<(), String> {
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(|error| error.to_string())? {
                let entry = entry.map_err(|error| error.to_string())?;
                let kind = entry.file_type().map_err(|error| error.to_string())?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file()
                    && entry.file_name() != "noise.png"
                    && holds(&entry.path(), KEY.as_bytes())
                {
                    return Err(format!("the key is in {}", entry.path().display()));
                }
            }
        }
        Ok(())
    }
}

/// A command at work.
pub(crate) struct Running {
    name: String,
    pub(crate) child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
    began: Instant,
}

impl Running {
    /// What it came to, if it ended. One that hangs is killed.
    pub(crate) fn ended(&mut self) -> Option<Run> {
        let hung = self.began.elapsed() > HANGS;
        let status = match self.child.try_wait().expect("a status") {
            Some(status) => status,
            None if hung => {
                let _ = self.child.kill();
                self.child.wait().expect("a status")
            }
            None => return None,
        };
        let (stdout, stderr) = (text(&self.stdout), text(&self.stderr));
        Some(Run { name: self.name.clone(), status, stdout, stderr, hung })
    }

    pub(crate) fn wait(mut self) -> Run {
        loop {
            if let Some(run) = self.ended() {
                return run;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The ledger's events, folded by hand.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// By our id.
    pub(crate) tasks: BTreeMap<String, Entry>,
}

/// What the ledger says of one task.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) external_id: String,
    pub(crate) task_id: Option<String>,
    /// The names of its events, in order.
    pub(crate) events: Vec<String>,
}

impl Entry {
    pub(crate) fn last(&self) -> &str {
        self.events.last().map_or("", String::as_str)
    }

    pub(crate) fn has(&self, event: &str) -> bool {
        self.events.iter().any(|it| it == event)
    }

    /// Whether it may have been taken, as far as the ledger tells.
    pub(crate) fn is_unknown(&self) -> bool {
        let telling = ["sending", "reply", "unknown", "accepted", "refused", "not-sent", "absent"];
        let last = self.events.iter().rev().find(|event| telling.contains(&event.as_str()));
        matches!(last.map(String::as_str), Some("sending" | "reply" | "unknown"))
    }
}

impl Book {
    fn of(lines: &str) -> Result<Self, String> {
        let mut book = Book::default();
        for line in lines.lines() {
            let event: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            let text = |key: &str| event[key].as_str().map(str::to_owned);
            let name = text("event").ok_or_else(|| format!("an event without a name: {line}"))?;
            let task = text("task").ok_or_else(|| format!("an event of no task: {line}"))?;
            let entry = book.tasks.entry(task).or_default();
            match name.as_str() {
                "intent" => entry.external_id = text("external_task_id").unwrap_or_default(),
                "accepted" => entry.task_id = text("task_id"),
                _ => {}
            }
            entry.events.push(name);
        }
        Ok(book)
    }

    /// Whether a charge is accounted for: its id is known, or its task is known to be unknown.
    fn knows(&self, charge: &Charge) -> bool {
        let mut tasks = self.tasks.values();
        tasks.any(|task| {
            let external = charge.external_task_id.as_deref() == Some(&task.external_id);
            task.task_id.as_deref() == Some(&charge.task_id) || (external && task.is_unknown())
        })
    }

    pub(crate) fn unknown(&self) -> Vec<&str> {
        let unknown = self.tasks.iter().filter(|(_, task)| task.is_unknown());
        unknown.map(|(id, _)| id.as_str()).collect()
    }

    pub(crate) fn accepted(&self) -> BTreeSet<&str> {
        self.tasks.values().filter_map(|task| task.task_id.as_deref()).collect()
    }
}

/// What a run says of money must be so: `no` is a promise.
fn told_truly(run: &Run, charges: &[Charge]) -> Result<(), String> {
    for end in run.events().filter(|event| event["event"] == "end") {
        let id = end["id"].as_str().unwrap_or_default();
        let charged = charges.iter().any(|it| it.external_task_id.as_deref() == Some(id));
        match end["charged"].as_str() {
            Some("no") if charged => return Err(format!("{}: charged, and says no", run.name)),
            Some("yes") if charges.is_empty() => {
                return Err(format!("{}: not charged, and says yes", run.name));
            }
            Some("yes" | "no" | "unknown") => {}
            _ => return Err(format!("{}: an end that says nothing of money: {end}", run.name)),
        }
    }
    if run.hung {
        return Err(format!("{} hangs", run.name));
    }
    if run.stderr.contains("panicked") {
        return Err(format!("{} panicked", run.name));
    }
    Ok(())
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&bytes(path)).into_owned()
}

fn bytes(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let opened = OpenOptions::new().read(true).open(path);
    // A spare file or a lock may be gone by now.
    let _ = opened.and_then(|mut file| file.read_to_end(&mut bytes));
    bytes
}

fn holds(path: &Path, wanted: &[u8]) -> bool {
    bytes(path).windows(wanted.len()).any(|it| it == wanted)
}

/// Sends a signal: `INT`, `TERM`, `KILL`.
pub(crate) fn signal(name: &str, pid: u32) {
    let killed = Command::new("kill").args(["-s", name, &pid.to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()), "kill -s {name} {pid}");
}

static NOISE: OnceLock<Vec<u8>> = OnceLock::new();

/// A PNG of some 3 MB that no compression makes smaller.
fn noise() -> Vec<u8> {
    let (width, height) = (1024_u32, 1024_u32);
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut raw = Vec::new();
    for _ in 0..height {
        let mut noise = || {
            seed = next(seed);
            (seed >> 32) as u8
        };
        raw.extend((0..=width * 3).map(|byte| if byte == 0 { 0 } else { noise() }));
    }
    // Deflate's stored blocks.
    let mut data = vec![0x78, 0x01];
    let blocks = raw.chunks(0xffff);
    let last = blocks.len() - 1;
    for (number, block) in blocks.enumerate() {
        let len = u16::try_from(block.len()).expect("a block's length");
        data.push(u8::from(number == last));
        data.extend(len.to_le_bytes());
        data.extend((!len).to_le_bytes());
        data.extend(block);
    }
    data.extend(adler(&raw).to_be_bytes());
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", data), (b"IEND", Vec::new())] {
        png.extend(u32::try_from(data.len()).expect("a chunk's length").to_be_bytes());
        let start = png.len();
        png.extend(kind);
        png.extend(data);
        let sum = crc(&png[start..]);
        png.extend(sum.to_be_bytes());
    }
    png
}

fn adler(bytes: &[u8]) -> u32 {
    let (mut one, mut two) = (1_u32, 0_u32);
    for byte in bytes {
        one = (one + u32::from(*byte)) % 65_521;
        two = (two + one) % 65_521;
    }
    two << 16 | one
}

fn crc(bytes: &[u8]) -> u32 {
    let mut table = [0_u32; 256];
    for (entry, number) in table.iter_mut().zip(0_u32..) {
        *entry =
            (0..8).fold(number, |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 });
    }
    !bytes
        .iter()
        .fold(!0_u32, |sum, byte| table[((sum ^ u32::from(*byte)) & 255) as usize] ^ sum >> 8)
}

/// The next number of a row that looks random (xorshift).
pub(crate) fn next(mut seed: u64) -> u64 {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^ seed << 17
}
