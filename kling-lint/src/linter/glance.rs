//! The short way to a report: of a request in which nothing is wrong, or single fields.

use std::path::Path;
use std::ptr;

use kling_schema::Object;

use super::{Linter, Scratch, Told};
use crate::check::Checked;
use crate::check::doubts::Doubts;
use crate::check::glance::{Glanced, glance, may_have};
use crate::detect::Detected;
use crate::fix;
use crate::load::Loaded;
use crate::names::NameSet;
use crate::session::Linted;
use crate::verdict::Report;

impl Linter {
    /// The report on a request in which nothing is wrong but single fields, in a text that is nowhere cut. Of any
    /// other what is known is kept.
    pub(super) fn glance(
        &self,
        loaded: &Loaded<'_>,
        name: Option<&Path>,
        told: Option<&Told>,
        scratch: &mut Scratch,
    ) -> Option<Linted> {
        let Scratch { latest, hosts, known, tape, unlisted, .. } = scratch;
        let text = loaded.text();
        let counts_odd = self.counts_odd_hosts(unlisted);
        let counts_as = |rule, severity| self.counts_as(unlisted, rule, severity);
        let counts_as = &counts_as;
        if let Some(told) = told {
            if self.has_policy(told.0) {
                return None;
            }
            hosts.count_odd(counts_odd);
            let glanced = glance(text, told.0, true, counts_as, hosts, known, tape).ok()?;
            return self.glanced(told.clone(), glanced, loaded, name, scratch);
        }
        // It may be for the same endpoint as one before it.
        let mut names = NameSet::NONE;
        for object in latest.endpoints().into_iter().flatten() {
            if self.has_policy(object) || !may_have(object, names) {
                continue;
            }
            hosts.count_odd(counts_odd);
            let glanced = glance(text, object, false, counts_as, hosts, known, tape);
            // It is not sure yet that it is for this one.
            known.forget();
            match glanced {
                Ok(glanced) => {
                    let told = latest.recall(glanced.names, glanced.model);
                    let told = told.filter(|(own, _)| ptr::eq(*own, object))?;
                    latest.note(object);
                    return self.glanced(told, glanced, loaded, name, scratch);
                }
                Err(met) => names = met,
            }
        }
        None
    }

    /// The report on a request, once its doubtful fields are judged, if it has any: all others are right.
    #[inline]
    fn glanced(
        &self,
        (object, reason): Told,
        glanced: Glanced<'_>,
        loaded: &Loaded<'_>,
        name: Option<&Path>,
        scratch: &mut Scratch,
    ) -> Option<Linted> {
        let Glanced { unique, doubts, mut counts, odd, .. } = glanced;
        self.count_odd_hosts(odd, &mut counts);
        let endpoint = Some(Detected { name: object.name, reason });
        let report = Report { endpoint, unlisted: counts, ..Report::default() };
        let linted = Linted { report, unique };
        if doubts.is_empty() {
            return Some(linted);
        }
        self.with_doubts(linted, object, doubts, loaded, name, scratch)
    }

    #[cold]
    fn with_doubts(
        &self,
        linted: Linted,
        object: &'static Object,
        doubts: Doubts,
        loaded: &Loaded<'_>,
        name: Option<&Path>,
        Scratch { tape, hosts, unlisted, .. }: &mut Scratch,
    ) -> Option<Linted> {
        let Linted { report: Report { endpoint, unlisted: mut counts, .. }, mut unique } = linted;
        hosts.count_odd(self.counts_odd_hosts(unlisted));
        let checked = self.with_setting(name, |setting| {
            doubts.judge(loaded, tape, object, setting, hosts, self.options.room)
        });
        let Checked { mut drafts, dropped, unique: more, files, odd, .. } = checked;
        unique.extend(more);
        fix::doubt(&mut drafts);
        self.count_odd_hosts(odd, &mut counts);
        if self.keeps(drafts.len() + counts.total() + unique.len(), dropped.iter().sum()) {
            self.leave_out(unlisted, &mut drafts, &mut counts);
        } else if !counts.is_empty() {
            return None;
        }
        let report = self.report(loaded, drafts, dropped, files, endpoint);
        Some(Linted { report: Report { unlisted: counts, ..report }, unique })
    }
}
