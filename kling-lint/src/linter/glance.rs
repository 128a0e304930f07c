//! The short way to a report: of a request in which nothing is wrong, or single fields.

use std::path::Path;
use std::ptr;

use kling_schema::rules::media::ODD_HOST;
use kling_schema::{Object, Severity};

use super::{Linter, Scratch, Told};
use crate::check::Checked;
use crate::check::doubts::Doubts;
use crate::check::glance::{Glanced, glance, may_have};
use crate::detect::Detected;
use crate::fix;
use crate::load::Loaded;
use crate::names::NameSet;
use crate::session::Linted;
use crate::unlisted::{Counts, Unlisted};
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
        if let Some(told) = told {
            if self.has_policy(told.0) {
                return None;
            }
            let glanced = glance(text, told.0, true, hosts, counts_odd, known, tape).ok()?;
            return self.glanced(told.clone(), glanced, loaded, name, scratch);
        }
        // It may be for the same endpoint as one before it.
        let mut names = NameSet::NONE;
        for object in latest.endpoints().into_iter().flatten() {
            if self.has_policy(object) || !may_have(object, names) {
                continue;
            }
            let glanced = glance(text, object, false, hosts, counts_odd, known, tape);
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
        let Glanced { unique, doubts, odd, .. } = glanced;
        let endpoint = Some(Detected { name: object.name, reason });
        let report = Report { endpoint, unlisted: counted(odd), ..Report::default() };
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
        let checked = self.with_setting(name, |setting| {
            doubts.judge(loaded, tape, object, setting, hosts, self.options.room)
        });
        let Checked { mut drafts, dropped, unique: more, files, .. } = checked;
        unique.extend(more);
        fix::doubt(&mut drafts);
        let odd = counts.of(Severity::Warning);
        if self.keeps(drafts.len() + odd + unique.len(), dropped.iter().sum()) {
            self.leave_out(unlisted, &mut drafts, &mut counts);
        } else if odd > 0 {
            return None;
        }
        let report = self.report(loaded, drafts, dropped, files, endpoint);
        Some(Linted { report: Report { unlisted: counts, ..report }, unique })
    }

    /// Whether URLs at hosts that nobody can fetch from are only counted.
    fn counts_odd_hosts(&self, unlisted: &Unlisted) -> bool {
        let severity = self.severity_of(Severity::Warning);
        severity.is_some_and(|severity| unlisted.has(&ODD_HOST, severity))
    }

    /// Whether a policy of the team has something to say about requests for an endpoint.
    fn has_policy(&self, object: &Object) -> bool {
        #[cfg(feature = "house-rules")]
        return self.options.policies.get(object.name).is_some();
        #[cfg(not(feature = "house-rules"))]
        {
            let _ = object;
            false
        }
    }
}

/// So many URLs at hosts that nobody can fetch from.
fn counted(odd: usize) -> Counts {
    let mut counts = Counts::default();
    counts.add(&ODD_HOST, Severity::Warning, u32::try_from(odd).unwrap_or(u32::MAX));
    counts
}
