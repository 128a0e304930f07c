//! The provider's book: which tasks it took, what it charged, where each stands.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kling_lint::kling_schema::replies::{Image, Status, Task, TaskResult, Video};
use kling_lint::kling_schema::requests::MultiImage2Image;
use kling_lint::kling_schema::{KlingSchema as _, Object};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::asset::{Asset, IMAGE, VIDEO};
use super::request::Request;
use super::wish::Wish;
use super::{Charge, Options};
use crate::clock::Millis;
use crate::hex::hex;

/// Nobody who tries things out gets this far.
const MOST_TASKS: usize = 100_000;
/// How many times a request with [`Wish::Busy`] is refused.
const BUSY: u32 = 2;

/// What the provider knows.
#[derive(Debug)]
pub(super) struct Book {
    options: Options,
    tasks: Vec<Made>,
    by_id: HashMap<String, usize>,
    /// How many times a request was refused for its wish.
    refusals: HashMap<String, u32>,
    /// How many times a request was charged.
    charged: HashMap<String, usize>,
    /// Makes URLs that nobody guesses.
    salt: String,
}

/// What it took.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) charge: Charge,
    /// How many charges there are now.
    pub(super) charges: usize,
    /// How many of them are for the same request.
    pub(super) same: usize,
}

/// A task that was taken, and what comes of it.
#[derive(Debug)]
struct Made {
    charge: Charge,
    number: u64,
    taken: Instant,
    path: &'static str,
    wish: Option<Wish>,
    /// How many assets.
    count: u64,
    asset: &'static Asset,
    links: Vec<Link>,
}

/// Where a task's assets are for a while.
#[derive(Debug)]
struct Link {
    expires: Millis,
    signature: String,
    /// Whether it was used up before its time.
    dead: bool,
}

/// How many tasks a list may have, and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) size: usize,
}

impl Page {
    fn of<T>(self, all: impl Iterator<Item = T>) -> Vec<T> {
        let size = self.size.clamp(1, 500);
        all.skip(self.number.saturating_sub(1).saturating_mul(size)).take(size).collect()
    }
}

impl Book {
    pub(super) fn new(options: Options) -> Self {
        let salt = ulid::Ulid::generate().to_string();
        Book {
            options,
            tasks: Vec::new(),
            by_id: HashMap::new(),
            refusals: HashMap::new(),
            charged: HashMap::new(),
            salt,
        }
    }

    /// Whether it is too busy for this request: true a few times for those that wish so.
    pub(super) fn is_busy(&mut self, request: &Request) -> bool {
        if request.wish != Some(Wish::Busy) {
            return false;
        }
        if self.refusals.len() >= MOST_TASKS {
            return true;
        }
        let refused = self.refusals.entry(request.request_sha256.clone()).or_default();
        *refused += 1;
        *refused <= BUSY
    }

    /// Takes a request and charges for it. `None` when the book is full.
    pub(super) fn take(&mut self, object: &'static Object, request: Request) -> Option<Taken> {
        let path = object.endpoint?.path;
        if self.tasks.len() >= MOST_TASKS {
            return None;
        }
        let at = now();
        // As long as theirs are: beyond what a double holds, and sorted by time.
        let last = self.tasks.last().map_or(0, |task| task.number);
        let number = at.0.saturating_mul(500_000).max(last + 1);
        let charge = Charge {
            task_id: number.to_string(),
            at: at.0,
            endpoint: object.name.to_owned(),
            external_task_id: request.external_task_id,
            idempotency_key: request.idempotency_key,
            sent_sha256: request.sent_sha256,
            request_sha256: request.request_sha256,
        };
        let images = object.name == MultiImage2Image::SCHEMA.name;
        self.by_id.insert(charge.task_id.clone(), self.tasks.len());
        self.tasks.push(Made {
            charge: charge.clone(),
            number,
            taken: Instant::now(),
            path,
            wish: request.wish,
            count: if images { request.count } else { 1 },
            asset: if images { &IMAGE } else { &VIDEO },
            links: Vec::new(),
        });
        let same = self.charged.entry(charge.request_sha256.clone()).or_default();
        *same += 1;
        Some(Taken { charge, charges: self.tasks.len(), same: *same })
    }

    /// Every charge, the first first.
    pub(super) fn charges(&self) -> Vec<Charge> {
        self.tasks.iter().map(|task| task.charge.clone()).collect()
    }

    /// The task of this id under this path, as a reply writes it.
    pub(super) fn task(&mut self, path: &str, id: &str, base_url: &str) -> Option<Value> {
        let index = match self.by_id.get(id) {
            Some(index) => *index,
            None if self.options.by_external_id => {
                let named = |task: &Made| task.charge.external_task_id.as_deref() == Some(id);
                self.tasks.iter().rposition(|task| task.path == path && named(task))?
            }
            None => return None,
        };
        let numeric = self.options.numeric_ids;
        let task = self.tasks.get_mut(index).filter(|task| task.path == path)?;
        Some(task.reply(&self.options, &self.salt, base_url, numeric))
    }

    /// The tasks under this path, the latest first.
    pub(super) fn list(&mut self, path: &str, page: Page, base_url: &str) -> Vec<Value> {
        let (options, salt) = (&self.options, &self.salt);
        let tasks = self.tasks.iter_mut().rev().filter(|task| task.path == path);
        page.of(tasks)
            .into_iter()
            .map(|task| task.reply(options, salt, base_url, options.numeric_ids))
            .collect()
    }

    /// The gateway's own list of tasks, the latest first: those that this id, if any, belongs to and
    /// that were taken in this time, in seconds.
    pub(super) fn account(
        &mut self,
        id: Option<&str>,
        time: std::ops::RangeInclusive<u64>,
        page: Page,
        base_url: &str,
    ) -> (usize, Vec<Value>) {
        let (options, salt) = (&self.options, &self.salt);
        let wanted = |task: &Made| {
            id.is_none_or(|id| task.charge.task_id == id) && time.contains(&(task.charge.at / 1000))
        };
        let total = self.tasks.iter().filter(|task| wanted(task)).count();
        let tasks = page.of(self.tasks.iter_mut().rev().filter(|task| wanted(task)));
        let items = tasks.into_iter().map(|task| task.account_item(options, salt, base_url));
        (total, items.collect())
    }

    /// The asset behind a URL, unless the URL no longer works.
    pub(super) fn asset(
        &mut self,
        id: &str,
        number: u64,
        signature: &str,
    ) -> Option<Result<&'static Asset, Expired>> {
        let task = self.tasks.get_mut(*self.by_id.get(id)?)?;
        let (first, wish) = (task.links.first().map(|link| link.signature.clone()), task.wish);
        let link = task.links.iter_mut().find(|link| link.signature == signature)?;
        let spoiled = match wish {
            Some(Wish::Expired) => first.as_deref() == Some(signature),
            Some(Wish::Gone) => true,
            _ => false,
        };
        if number >= task.count {
            return None;
        }
        link.dead |= spoiled;
        let works = !link.dead && now() < link.expires;
        Some(if works { Ok(task.asset) } else { Err(Expired) })
    }
}

/// The URL no longer works.
#[derive(Debug)]
pub(super) struct Expired;

impl Made {
    fn life(&self, options: &Options) -> Duration {
        match self.wish {
            Some(Wish::Slow) => options.life.saturating_mul(10),
            _ => options.life,
        }
    }

    fn status(&self, options: &Options) -> Status {
        let (age, life) = (self.taken.elapsed(), self.life(options));
        if age < life / 8 {
            Status::Submitted
        } else if age < life {
            Status::Processing
        } else if self.wish == Some(Wish::Policy) {
            Status::Failed
        } else {
            Status::Succeed
        }
    }

    /// As a reply to a query writes it.
    fn reply(&mut self, options: &Options, salt: &str, base_url: &str, numeric: bool) -> Value {
        let status = self.status(options);
        let made = u64::try_from(self.life(options).as_millis()).unwrap_or(u64::MAX);
        let updated_at = match status {
            Status::Submitted => self.charge.at,
            Status::Processing => self.charge.at.saturating_add(made / 8),
            _ => self.charge.at.saturating_add(made),
        };
        let task = Task {
            task_id: Some(self.charge.task_id.clone()),
            task_status_msg: Some(match status {
                Status::Failed => "content policy: the prompt asked the stand-in for it".to_owned(),
                _ => String::new(),
            }),
            task_info: Some(match &self.charge.external_task_id {
                Some(id) => json!({ "external_task_id": id }),
                None => json!({}),
            }),
            task_result: Some(match status {
                Status::Succeed => self.result(options, salt, base_url),
                _ => TaskResult::default(),
            }),
            task_status: Some(status),
            created_at: Some(self.charge.at),
            updated_at: Some(updated_at),
        };
        // Strings, numbers and lists always serialize.
        let mut task = serde_json::to_value(&task).unwrap_or_default();
        if numeric && let Some(id) = task.get_mut("task_id") {
            *id = json!(self.number);
        }
        task
    }

    fn result(&mut self, options: &Options, salt: &str, base_url: &str) -> TaskResult {
        let now = now();
        let works = |link: &Link| !link.dead && now < link.expires;
        if !self.links.last().is_some_and(works) {
            let life = u64::try_from(options.url_life.as_millis()).unwrap_or(u64::MAX);
            let expires = Millis(now.0.saturating_add(life));
            let parts = format!("{salt} {} {} {}", self.charge.task_id, self.links.len(), now.0);
            let signature = hex(&Sha256::digest(parts)[..16]);
            self.links.push(Link { expires, signature, dead: false });
        }
        let url = |number: u64| {
            let link = self.links.last()?;
            Some(format!(
                "{base_url}{}{}/{number}.{}?expires={}&signature={}",
                super::ASSETS,
                self.charge.task_id,
                self.asset.suffix,
                link.expires.0,
                link.signature,
            ))
        };
        match self.asset.seconds {
            Some(seconds) => {
                let video = |number: u64| Video {
                    id: Some((self.number + 1 + number).to_string()),
                    url: url(number),
                    duration: Some(seconds.to_owned()),
                };
                TaskResult { videos: (0..self.count).map(video).collect(), images: Vec::new() }
            }
            None => {
                let image = |number: u64| Image { index: Some(number), url: url(number) };
                TaskResult { videos: Vec::new(), images: (0..self.count).map(image).collect() }
            }
        }
    }

    /// As the gateway's own list writes it: its words, its times in seconds, the reply inside.
    fn account_item(&mut self, options: &Options, salt: &str, base_url: &str) -> Value {
        let (status, progress) = match self.status(options) {
            Status::Succeed => ("SUCCESS", "100%"),
            Status::Failed => ("FAILURE", "100%"),
            Status::Processing => ("IN_PROGRESS", "50%"),
            _ => ("SUBMITTED", "0%"),
        };
        let submitted = self.charge.at / 1000;
        json!({
            "id": self.number % 1_000_000_007,
            "platform": "kling",
            "task_id": self.charge.task_id,
            "action": self.charge.endpoint,
            "status": status,
            "fail_reason": "",
            "progress": progress,
            "submit_time": submitted,
            "data": self.reply(options, salt, base_url, false),
        })
    }
}

pub(super) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
