//! The short way to a report: of a request in which nothing is wrong.

use std::ptr;

use kling_schema::Object;

use super::{Linter, Scratch, Told};
use crate::check::glance::{Glanced, glance, may_have};
use crate::detect::Detected;
use crate::load::Loaded;
use crate::names::NameSet;
use crate::session::Linted;
use crate::verdict::Report;

impl Linter {
    /// The report on a request in which nothing is wrong, in a text that is nowhere cut. Of any other what is
    /// known is kept.
    pub(super) fn glance(
        &self,
        loaded: &Loaded<'_>,
        told: Option<&Told>,
        scratch: &mut Scratch,
    ) -> Option<Linted> {
        let Scratch { latest, hosts, known, .. } = scratch;
        let done = |(object, reason): Told, unique| {
            let endpoint = Some(Detected { name: object.name, reason });
            Linted { report: Report { endpoint, ..Report::default() }, unique }
        };
        if let Some(told) = told {
            if self.has_policy(told.0) {
                return None;
            }
            let Glanced { unique, .. } = glance(loaded.text(), told.0, hosts, known).ok()?;
            return Some(done(told.clone(), unique));
        }
        // It may be for the same endpoint as one before it.
        let mut names = NameSet::NONE;
        for object in latest.endpoints().into_iter().flatten() {
            if self.has_policy(object) || !may_have(object, names) {
                continue;
            }
            let glanced = glance(loaded.text(), object, hosts, known);
            // It is not sure yet that it is for this one.
            known.forget();
            match glanced {
                Ok(Glanced { names, model, unique }) => {
                    let told = latest.recall(names, model);
                    let told = told.filter(|(own, _)| ptr::eq(*own, object))?;
                    latest.note(object);
                    return Some(done(told, unique));
                }
                Err(met) => names = met,
            }
        }
        None
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
