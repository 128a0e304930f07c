//! Fetching what was made: each asset for itself, so that one that is lost does not lose the others.

use std::time::Duration;

use kling_lint::printable;

use super::{At, FETCH_BUDGET, Watch};
use crate::entry::{Asset, Entry, Stored};
use crate::machine::retry_after::retry_after;
use crate::machine::{Action, End, Fetched, Now, schedule};
use crate::notice::Pause;

/// Times that an asset's URL is renewed.
const FRESH_URLS: u32 = 3;

/// An asset on its way.
#[derive(Debug)]
pub(super) struct Item {
    asset: Asset,
    fate: Fate,
    /// Times that its URL was renewed.
    renewed: u32,
    /// Tries in a row that failed, and at the last one: why, and the server's wish.
    missed: u32,
    why: String,
    asked: Option<Duration>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// To be fetched.
    Open,
    /// Its URL is no longer good: this was the HTTP status.
    Expired(u16),
    Stored,
    Gone(String),
    NotSaved(String),
}

impl Item {
    pub(super) fn new(asset: Asset, stored: &[Stored]) -> Self {
        let is_stored = stored.iter().any(|it| it.number == asset.number);
        let fate = if is_stored { Fate::Stored } else { Fate::Open };
        Item { asset, fate, renewed: 0, missed: 0, why: String::new(), asked: None }
    }
}

impl Watch {
    /// Fresh URLs for those that are no longer good.
    pub(super) fn renew(&mut self, assets: Vec<Asset>) {
        let mut renewed = false;
        for item in &mut self.items {
            let Fate::Expired(status) = item.fate else { continue };
            let fresh = assets.iter().find(|it| it.number == item.asset.number);
            match fresh {
                Some(fresh) if fresh.url != item.asset.url && item.renewed < FRESH_URLS => {
                    item.asset.url.clone_from(&fresh.url);
                    item.renewed += 1;
                    item.fate = Fate::Open;
                    renewed = true;
                }
                Some(fresh) if fresh.url != item.asset.url => {
                    let why = format!("HTTP {status}, also under {} fresh URLs", item.renewed);
                    item.fate = Fate::Gone(why);
                }
                Some(_) => {
                    let why = format!("HTTP {status}, and the server names the same URL again");
                    item.fate = Fate::Gone(why);
                }
                None => {
                    let why = format!("HTTP {status}, and the server no longer names it");
                    item.fate = Fate::Gone(why);
                }
            }
        }
        if renewed {
            let assets = self.items.iter().map(|item| item.asset.clone()).collect();
            self.record(Entry::Succeeded { assets });
        }
    }

    /// What becomes of those whose URL is no longer good.
    pub(super) fn settle(&mut self, fate: impl Fn(u16) -> Fate) {
        for item in &mut self.items {
            if let Fate::Expired(status) = item.fate {
                item.fate = fate(status);
            }
        }
    }

    pub(super) fn fetch(&mut self, now: Now) -> Action {
        if !self.plan.fetch {
            return self.conclude(now);
        }
        let open = |(_, item): &(usize, &Item)| item.fate == Fate::Open;
        let next = self.items.iter().enumerate().filter(open).min_by_key(|(_, item)| item.missed);
        let due = self.due.take();
        if let Some((index, item)) = next
            && (item.missed == 0 || due == Some(index))
        {
            let asset = item.asset.clone();
            self.at = At::Fetching(index);
            return Action::Fetch(asset);
        }
        if self.items.iter().any(|item| matches!(item.fate, Fate::Expired(_))) {
            return self.query(now);
        }
        let Some((index, item)) = next else {
            return self.conclude(now);
        };
        let own = schedule::back_off(item.missed, now.jitter);
        let span = schedule::obey(own, item.asked);
        let left = self.left(now).unwrap_or(FETCH_BUDGET);
        if left.is_zero() {
            for item in self.items.iter_mut().filter(|item| item.fate == Fate::Open) {
                item.fate = Fate::NotSaved(std::mem::take(&mut item.why));
            }
            return self.fetch(now);
        }
        self.due = Some(index);
        self.at = At::Waiting;
        Action::Wait(span.min(left), Pause::Fetch)
    }

    pub(super) fn fetched(&mut self, now: Now, index: usize, fetched: Fetched) {
        let alone = self.items.len() == 1;
        let Some(item) = self.items.get_mut(index) else { return };
        match fetched {
            Fetched::Stored(stored) => {
                let stored = Stored { number: item.asset.number, ..stored };
                item.fate = Fate::Stored;
                self.trouble = None;
                self.stored.retain(|it| it.number != stored.number);
                self.stored.push(stored.clone());
                self.record(Entry::Stored(stored));
            }
            Fetched::Expired { status } => {
                item.fate = Fate::Expired(status);
                self.trouble.get_or_insert(now.elapsed);
                let which = match item.asset.number {
                    _ if alone => "its URL".to_owned(),
                    number => format!("the URL of asset {number}"),
                };
                let why = format!("HTTP {status}: {which} has expired; asking for a fresh one");
                self.queue.push_back(Action::Missed(why));
            }
            Fetched::Missed { why, retry_after: header } => {
                item.missed = item.missed.saturating_add(1);
                item.why = printable::escape(&why);
                item.asked = header.and_then(|text| retry_after(&text, now.wall));
                self.trouble.get_or_insert(now.elapsed);
                self.queue.push_back(Action::Missed(item.why.clone()));
            }
            Fetched::Impossible { why } => item.fate = Fate::NotSaved(printable::escape(&why)),
        }
    }

    /// Nothing is left to fetch.
    fn conclude(&mut self, now: Now) -> Action {
        let count = self.items.len();
        let (mut gone, mut lost) = (true, Vec::new());
        for item in &self.items {
            let why = match &item.fate {
                Fate::Stored => continue,
                Fate::Gone(why) => why,
                Fate::NotSaved(why) => {
                    gone = false;
                    why
                }
                Fate::Open | Fate::Expired(_) => {
                    gone = false;
                    "it was not asked for"
                }
            };
            let number = item.asset.number;
            lost.push(if count == 1 { why.to_owned() } else { format!("asset {number}: {why}") });
        }
        if lost.is_empty() {
            let mut stored = std::mem::take(&mut self.stored);
            stored.sort_by_key(|it| it.number);
            return self.end(now, End::Stored(stored));
        }
        let why = lost.join("; ");
        if gone && !self.was_stored {
            self.record(Entry::AssetGone { why: why.clone() });
        }
        self.end(now, End::NotSaved { why, gone })
    }
}
