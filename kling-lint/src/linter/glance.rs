//! The short way to a report: of a request in which nothing is wrong, or single fields.

use std::path::Path;
use std::ptr;

use kling_schema::Object;

use super::{Linter, Scratch, Told};
use crate::check::doubts::Doubts;
use crate::check::glance::{Glanced, glance, may_have};
use crate::check::{Checked, Uniques};
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
        let Scratch { latest, hosts, known, tape, .. } = scratch;
        let text = loaded.text();
        if let Some(told) = told {
            if self.has_policy(told.0) {
                return None;
            }
            let glanced = glance(text, told.0, true, hosts, known, tape).ok()?;
            let Glanced { unique, doubts, .. } = glanced;
            return Some(self.glanced(told.clone(), unique, doubts, loaded, name, scratch));
        }
        // It may be for the same endpoint as one before it.
        let mut names = NameSet::NONE;
        for object in latest.endpoints().into_iter().flatten() {
            if self.has_policy(object) || !may_have(object, names) {
                continue;
            }
            let glanced = glance(text, object, false, hosts, known, tape);
            // It is not sure yet that it is for this one.
            known.forget();
            match glanced {
                Ok(Glanced { names, model, unique, doubts }) => {
                    let told = latest.recall(names, model);
                    let told = told.filter(|(own, _)| ptr::eq(*own, object))?;
                    latest.note(object);
                    return Some(self.glanced(told, unique, doubts, loaded, name, scratch));
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
        unique: Uniques,
        doubts: Doubts,
        loaded: &Loaded<'_>,
        name: Option<&Path>,
        scratch: &mut Scratch,
    ) -> Linted {
        let endpoint = Some(Detected { name: object.name, reason });
        let linted = Linted { report: Report { endpoint, ..Report::default() }, unique };
        if doubts.is_empty() {
            return linted;
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
        Scratch { tape, hosts, .. }: &mut Scratch,
    ) -> Linted {
        let Linted { report: Report { endpoint, .. }, mut unique } = linted;
        let checked = self.with_setting(name, |setting| {
            doubts.judge(loaded, tape, object, setting, hosts, self.options.room)
        });
        let Checked { mut drafts, dropped, unique: more, files, .. } = checked;
        unique.extend(more);
        fix::doubt(&mut drafts);
        Linted { report: self.report(loaded, drafts, dropped, files, endpoint), unique }
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
