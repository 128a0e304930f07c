//! Does what the machines say, blocking.

use std::io::{self, Read};
use std::time::Duration;

use kling_lint::kling_schema::endpoints;
use sha2::{Digest as _, Sha256};

use crate::body::Body;
use crate::clock::{Clock, Millis, Waited};
use crate::entry::{Asset, Entry, Intent, Route};
use crate::failpoint::failpoint;
use crate::fetch::Fetcher;
use crate::hex::hex;
use crate::id::Id;
use crate::ledger::{Begun, Ledger, LedgerError, Task, TaskLock};
use crate::machine::reconcile::Means;
use crate::machine::watch::Plan;
use crate::machine::{Action, End, Event, Fetched, Now, Reconcile, State, Submit, Watch};
use crate::notice::{Notice, Observer};
use crate::transport::{Broken, Transport};
use kling_lint::printable::words;

/// Drives tasks of one ledger over one transport.
pub struct Driver<'d> {
    /// What happened.
    pub ledger: &'d mut Ledger,
    /// The server.
    pub transport: &'d dyn Transport,
    /// Time.
    pub clock: &'d dyn Clock,
    /// Who is told.
    pub observer: &'d mut dyn Observer,
    /// Where assets go.
    pub fetcher: &'d Fetcher,
}

/// A request to submit.
#[derive(Debug)]
pub struct Request<'r> {
    /// The body.
    pub body: &'r mut Body,
    /// The file as the user named it, and the line.
    pub name: String,
    /// The server.
    pub base_url: String,
    /// Which key.
    pub key_fingerprint: String,
    /// Send it though the same body was sent in the last 24 hours.
    pub again: bool,
}

/// What came of a request.
#[derive(Debug)]
pub enum Submitted {
    /// It went its way; this is the task.
    Task(Id, End),
    /// The same body was sent before; nothing was sent now.
    SentBefore(Vec<Id>),
    /// The request's own id is another task's; nothing was sent now.
    IdTaken(Vec<Id>),
}

/// Why a task was not worked on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriveError {
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The request or a file of it is no longer what was linted; nothing was sent.
    #[error("{}; nothing was sent", words(.0))]
    Body(io::Error),
    /// The request is for no endpoint that is covered.
    #[error("the endpoint of {0} is not known; nothing was sent")]
    NoEndpoint(String),
    /// Another process works on the task.
    #[error("another process works on {0}")]
    Busy(Id),
    /// There is no such task.
    #[error("the ledger has no task {0}")]
    NoTask(Id),
    /// The task cannot be followed: it was never taken.
    #[error("{id} is {state}: there is nothing to follow")]
    NotTaken {
        /// The task.
        id: Id,
        /// Where it stands.
        state: &'static str,
    },
    /// The task's outcome is known.
    #[error("{id} is {state}: there is nothing to find out")]
    Known {
        /// The task.
        id: Id,
        /// Where it stands.
        state: &'static str,
    },
}

/// How long a POST's answer is waited for, unless the user says.
pub const REPLY: Duration = Duration::from_secs(180);

impl Driver<'_> {
    /// Submits a request, once. With a plan, follows the task until it ends.
    ///
    /// # Errors
    /// Nothing was sent.
    pub fn submit(
        &mut self,
        request: Request<'_>,
        plan: Option<&Plan>,
    ) -> Result<Submitted, DriveError> {
        let Request { body, name, base_url, key_fingerprint, again } = request;
        let now = self.clock.now();
        let id = Id::new(now);
        let mut intent = intent(&id, body, name, base_url, key_fingerprint)?;
        self.identify(&mut intent, body, now)?;

        failpoint("before-intent");
        let Some(_lock) = self.ledger.lock(&id)? else { return Err(DriveError::Busy(id)) };
        match self.ledger.begin(&intent, now, again)? {
            Begun::Recorded => {}
            Begun::SentBefore(tasks) => return Ok(Submitted::SentBefore(tasks)),
            Begun::IdTaken(tasks) => return Ok(Submitted::IdTaken(tasks)),
        }
        let entry = Entry::Intent(Box::new(intent.clone()));
        self.observer.notice(&intent, &Notice::Recorded { at: now, entry: &entry, failure: None });
        failpoint("after-intent");

        let mut submit = Submit::new();
        let end = self.run(&intent, Some(body), None, |now, event| submit.step(now, event));
        if let (End::Accepted { task_id }, Some(plan)) = (&end, plan) {
            // Of a task that the ledger has no room for, what was just read is all there is.
            let accepted = State::Accepted { task_id: task_id.clone(), word: None };
            let end = self.follow(&intent, accepted, self.clock.now(), plan);
            return Ok(Submitted::Task(id, end));
        }
        Ok(Submitted::Task(id, end))
    }

    /// Hashes the body with the id that the server is to get. A body whose earlier submit may yet turn
    /// out to be taken, or was found absent, gets the same id again: a server that wants ids to be
    /// unique refuses the second.
    fn identify(
        &mut self,
        intent: &mut Intent,
        body: &mut Body,
        now: Millis,
    ) -> Result<(), DriveError> {
        let own = body.own_id().map(str::to_owned);
        intent.external_task_id = own.clone().unwrap_or_else(|| intent.id.to_string());
        if own.is_none() {
            body.set_id(&intent.external_task_id);
        }
        hash(intent, body)?;
        let before = self.ledger.sent_before(intent, now, true)?;
        let doubtful = |task: &&Task| {
            matches!(task.state, State::Sending | State::Answered | State::Unknown | State::Absent)
        };
        let Some(before) = before.iter().find(doubtful) else { return Ok(()) };
        intent.idempotency_key.clone_from(&before.intent.idempotency_key);
        if own.is_none() {
            intent.external_task_id.clone_from(&before.intent.external_task_id);
            body.set_id(&intent.external_task_id);
            hash(intent, body)?;
        }
        Ok(())
    }

    /// Follows a task that was taken. One whose outcome is unknown is looked for first. What was saved
    /// and is not in the fetcher's folder is saved again.
    ///
    /// # Errors
    /// The task cannot be followed.
    pub fn watch(&mut self, id: &Id, plan: &Plan) -> Result<End, DriveError> {
        let (_lock, mut task) = self.open(id)?;
        if matches!(task.state, State::Sending | State::Answered | State::Unknown) {
            let means = Means::default();
            match self.look(&task, means)? {
                End::Accepted { .. } => task = self.task(id)?,
                end => return Ok(end),
            }
        }
        if task.state.task_id().is_none() {
            return Err(DriveError::NotTaken { id: id.clone(), state: task.state.word() });
        }
        let accepted = task.history.iter().find_map(|it| match it.entry {
            Entry::Accepted { .. } => Some(it.at),
            _ => None,
        });
        if let (true, State::Succeeded { stored, .. } | State::Stored { stored, .. }) =
            (plan.fetch, &mut task.state)
        {
            stored.retain(|it| self.fetcher.has(it));
        }
        Ok(self.follow(&task.intent, task.state, accepted.unwrap_or(task.at), plan))
    }

    fn follow(&mut self, intent: &Intent, state: State, accepted: Millis, plan: &Plan) -> End {
        let assets = match &state {
            State::Succeeded { assets, .. } | State::Stored { assets, .. } => assets.len(),
            _ => 0,
        };
        let task_id = state.task_id().unwrap_or_default().to_owned();
        let mut watch = Watch::new(intent.clone(), state, accepted, plan.clone());
        let taken = Taken { task_id, assets };
        self.run(intent, None, Some(taken), |now, event| watch.step(now, event))
    }

    /// Finds out about a task whose outcome is unknown. The means that the ledger knows are filled in.
    ///
    /// # Errors
    /// The task cannot be looked for.
    pub fn reconcile(&mut self, id: &Id, means: Means) -> Result<End, DriveError> {
        let (_lock, task) = self.open(id)?;
        self.look(&task, means)
    }

    fn look(&mut self, task: &Task, mut means: Means) -> Result<End, DriveError> {
        let (id, intent) = (&task.intent.id, &task.intent);
        match &task.state {
            // Nobody works on it, so nobody will send it.
            State::Intended => {
                let why = String::from("the program ended before it was sent");
                self.append(intent, &Entry::NotSent { why: why.clone() })?;
                return Ok(End::NotSent { why });
            }
            State::Sending => {
                let why = String::from("the program ended while the request was under way");
                self.append(intent, &Entry::Unknown { why })?;
            }
            State::Answered | State::Unknown | State::Absent => {}
            known => return Err(DriveError::Known { id: id.clone(), state: known.word() }),
        }
        if means.landmark.is_none() {
            let landmark = self.ledger.landmark(intent, self.clock.now())?;
            means.landmark = landmark.and_then(|task| {
                let task_id = task.state.task_id()?.to_owned();
                Some((task.intent.external_task_id, task_id))
            });
        }
        means.others.extend(self.ledger.server_ids(&intent.base_url)?);

        let task = self.task(id)?;
        let sent = task.history.iter().rev().find_map(|it| match it.entry {
            Entry::Sending { .. } => Some(it.at),
            _ => None,
        });
        let mut reconcile =
            Reconcile::new(intent.clone(), &task.history, sent.unwrap_or(task.at), means);
        Ok(self.run(intent, None, None, |now, event| reconcile.step(now, event)))
    }

    /// What a person found out about a task whose outcome is unknown: its id, or that there is none.
    ///
    /// # Errors
    /// The task's outcome is known, or the ledger cannot be used.
    pub fn resolve(&mut self, id: &Id, task_id: Option<&str>) -> Result<End, DriveError> {
        let (_lock, task) = self.open(id)?;
        let by = Route::Hand;
        let (entry, end) = match task_id {
            Some(task_id) => {
                let task_id = task_id.to_owned();
                let entry = Entry::Accepted { task_id: task_id.clone(), request_id: None, by };
                (entry, End::Accepted { task_id })
            }
            None => (Entry::Absent { by }, End::Absent),
        };
        let state = task.state.word();
        if task.state.after(&entry).is_err() {
            return Err(DriveError::Known { id: id.clone(), state });
        }
        self.append(&task.intent, &entry)?;
        Ok(end)
    }

    fn open(&mut self, id: &Id) -> Result<(TaskLock, Task), DriveError> {
        let lock = self.ledger.lock(id)?.ok_or_else(|| DriveError::Busy(id.clone()))?;
        Ok((lock, self.task(id)?))
    }

    fn task(&self, id: &Id) -> Result<Task, DriveError> {
        self.ledger.task(id)?.ok_or_else(|| DriveError::NoTask(id.clone()))
    }

    /// Appends and tells.
    fn append(&mut self, intent: &Intent, entry: &Entry) -> Result<(), LedgerError> {
        let at = self.clock.now();
        self.ledger.append(&intent.id, at, entry)?;
        self.observer.notice(intent, &Notice::Recorded { at, entry, failure: None });
        Ok(())
    }

    /// Does actions until the end.
    fn run(
        &mut self,
        intent: &Intent,
        mut body: Option<&mut Body>,
        mut taken: Option<Taken>,
        mut step: impl FnMut(Now, Event) -> Action,
    ) -> End {
        let mut event = Event::Done;
        loop {
            let now = Now {
                wall: self.clock.now(),
                elapsed: self.clock.elapsed(),
                jitter: self.clock.jitter(),
            };
            event = match step(now, event) {
                Action::End(end) => return end,
                Action::Record(entry) => {
                    if let (Entry::Succeeded { assets }, Some(taken)) = (&entry, &mut taken) {
                        taken.assets = assets.len();
                    }
                    self.record(intent, &entry)
                }
                Action::Send => match body.as_deref_mut() {
                    Some(body) => self.send(intent, body),
                    None => not_sent("there is no body"),
                },
                Action::Query(query) => match self.transport.get(intent, &query) {
                    Ok(reply) => Event::Reply(reply),
                    Err(_) if self.clock.interrupted() => Event::Interrupted,
                    Err(broken) => Event::Broken(broken),
                },
                Action::Wait(span, pause) => {
                    self.observer.notice(intent, &Notice::Waiting { span, pause });
                    match self.clock.wait(span) {
                        Waited::Whole => Event::Done,
                        Waited::Interrupted => Event::Interrupted,
                    }
                }
                Action::Fetch(asset) => self.fetch(intent, taken.as_ref(), &asset),
                Action::Missed(why) => {
                    self.observer.notice(intent, &Notice::Missed { why: &why });
                    Event::Done
                }
                Action::Odd(what) => {
                    self.observer.notice(intent, &Notice::Odd { what: &what });
                    Event::Done
                }
            };
        }
    }

    /// Appends. What the ledger has no room for and must not be lost goes to the spare file; a task id
    /// is told before anything else can fail.
    fn record(&mut self, intent: &Intent, entry: &Entry) -> Event {
        let at = self.clock.now();
        let is_accepted = matches!(entry, Entry::Accepted { .. });
        if is_accepted {
            self.observer.notice(intent, &Notice::Recorded { at, entry, failure: None });
        }
        let failure = self.ledger.append(&intent.id, at, entry).err().map(|error| {
            let sent = !matches!(entry, Entry::Sending { .. });
            match sent.then(|| self.ledger.spare(&intent.id, at, entry)) {
                Some(Ok(place)) => format!("{error}; it is kept in {}", place.display()),
                _ => error.to_string(),
            }
        });
        if failure.is_some() || !is_accepted {
            let failure = failure.as_deref();
            self.observer.notice(intent, &Notice::Recorded { at, entry, failure });
        }
        match entry {
            Entry::Sending { .. } => failpoint("after-sending"),
            Entry::Reply(_) => failpoint("after-reply"),
            Entry::Accepted { .. } => failpoint("after-accepted"),
            Entry::Succeeded { .. } => failpoint("after-succeeded"),
            Entry::Stored(_) => failpoint("after-stored"),
            _ => {}
        }
        failure.map_or(Event::Done, Event::NotRecorded)
    }

    fn send(&mut self, intent: &Intent, body: &mut Body) -> Event {
        if self.clock.interrupted() {
            return not_sent("it was stopped before it was sent");
        }
        let reader = match body.reader() {
            Ok(reader) => reader,
            Err(error) => return not_sent(&words(&error)),
        };
        let mut outgoing = Outgoing {
            reader,
            intent,
            observer: &mut *self.observer,
            hash: Sha256::new(),
            sent: 0,
            told: 0,
        };
        match self.transport.post(intent, &mut outgoing) {
            Ok(reply) => {
                failpoint("reply-read");
                Event::Reply(reply)
            }
            Err(broken) => Event::Broken(broken),
        }
    }

    fn fetch(&mut self, intent: &Intent, taken: Option<&Taken>, asset: &Asset) -> Event {
        let Some(taken) = taken else {
            return Event::Fetched(Fetched::Impossible { why: "the task has no id".into() });
        };
        let observer = &mut *self.observer;
        let number = asset.number;
        let mut progress = |bytes, total| {
            observer.notice(intent, &Notice::Fetched { number, bytes, total });
        };
        let alone = taken.assets == 1;
        let fetched =
            self.fetcher.fetch(intent, &taken.task_id, asset, alone, self.clock, &mut progress);
        match fetched {
            Fetched::Missed { .. } if self.clock.interrupted() => Event::Interrupted,
            fetched => Event::Fetched(fetched),
        }
    }
}

impl std::fmt::Debug for Driver<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("ledger", &self.ledger).finish_non_exhaustive()
    }
}

/// What the fetcher must know of a task.
struct Taken {
    task_id: String,
    assets: usize,
}

fn not_sent(why: &str) -> Event {
    Event::Broken(Broken { sent: false, passing: false, why: why.to_owned() })
}

fn intent(
    id: &Id,
    body: &Body,
    request: String,
    base_url: String,
    key_fingerprint: String,
) -> Result<Intent, DriveError> {
    let endpoint = body.parcel().report().endpoint().map(|it| it.name);
    let object = endpoint.and_then(endpoints::find);
    let Some((object, endpoint)) = object.and_then(|it| Some((it, it.endpoint?))) else {
        return Err(DriveError::NoEndpoint(request));
    };
    Ok(Intent {
        id: id.clone(),
        external_task_id: String::new(),
        idempotency_key: id.to_string(),
        endpoint: object.name.to_owned(),
        path: endpoint.path.to_owned(),
        base_url,
        request,
        body_sha256: String::new(),
        sent_sha256: String::new(),
        content_length: 0,
        settings: body.settings(),
        key_fingerprint,
        linter: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn hash(intent: &mut Intent, body: &mut Body) -> Result<(), DriveError> {
    let hashes = body.hash().map_err(DriveError::Body)?;
    intent.body_sha256 = hashes.body_sha256;
    intent.sent_sha256 = hashes.sent_sha256;
    intent.content_length = body.content_length();
    Ok(())
}

/// Tell of progress once in so many bytes.
const TELL: u64 = 256 << 10;

/// The body on its way: hashed, counted, told of. Its last block is held back unless all of it is
/// what the intent says.
struct Outgoing<'o, R> {
    reader: R,
    intent: &'o Intent,
    observer: &'o mut dyn Observer,
    hash: Sha256,
    sent: u64,
    told: u64,
}

impl<R: Read> Read for Outgoing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.sent += read as u64;
        let total = self.intent.content_length;
        if read > 0 && self.sent >= total {
            let hash = hex(&self.hash.finalize_reset());
            if self.sent > total || hash != self.intent.sent_sha256 {
                let why = "the request changed while it was sent";
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
        }
        if self.sent - self.told >= TELL || (read > 0 && self.sent == total) {
            self.told = self.sent;
            let bytes = self.sent;
            self.observer.notice(self.intent, &Notice::Sent { bytes, total });
        }
        Ok(read)
    }
}
