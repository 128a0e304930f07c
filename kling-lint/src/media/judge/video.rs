//! What the movie header tells, against the limits on videos.

use kling_schema::aspect::End;
use kling_schema::rules::{Rule, media as rules};
use kling_schema::{Bound, Fit, Limit, Range, Severity};

use super::Target;
use crate::media::facts::{Fraction, Untold, VideoFacts};

/// Said where a measured value is beyond a limit by a hair.
const CLOSE: &str = "so close to the limit it may pass: pages print whole numbers";

impl Target<'_> {
    /// Judges a video by its movie header.
    pub(super) fn video(&mut self, facts: &VideoFacts) {
        let mut untold = Vec::new();
        for limit in self.limits {
            match limit.bound {
                Bound::Seconds(range) => match facts.seconds {
                    Ok(seconds) => self.measured(limit, range, seconds),
                    Err(reason) => untold.push(("the length", reason)),
                },
                Bound::FramesPerSecond(range) => match facts.rate {
                    Ok(rate) => self.measured(limit, range, rate),
                    Err(reason) => untold.push(("the frame rate", reason)),
                },
                Bound::Edge(_) | Bound::Ratio(_) => {
                    if let Err(reason) = facts.size {
                        untold.push(("the size", reason));
                    }
                }
                _ => {}
            }
        }
        if let Ok(size) = facts.size {
            self.pixels(size);
        }
        self.untold(&untold);
    }

    /// A measured value against its range.
    fn measured(&mut self, limit: &Limit, range: Range<u32>, value: Fraction) {
        let (end, is_close) = match range.fit(value.over, value.under) {
            Fit::Inside => return,
            Fit::Close(end) => (end, true),
            Fit::Beyond(end) => (end, false),
        };
        let severity = limit.basis.severity;
        let basis =
            limit.basis.at(if is_close { severity.min(Severity::Warning) } else { severity });
        let found = decimal(value, end);
        let plural = if found == "1" { "" } else { "s" };
        let unit = format!("{}{plural}", unit(&limit.bound));
        let draft = self
            .broken_at(rule(&limit.bound, end), limit, basis, end)
            .with("unit", unit)
            .with("found", found)
            .with("allowed", range.to_string())
            .with_some("hint", is_close.then_some(CLOSE));
        self.add(Some(draft));
    }

    /// What cannot be told: one finding a reason.
    fn untold(&mut self, untold: &[(&'static str, Untold)]) {
        for (index, (_, reason)) in untold.iter().enumerate() {
            if untold[..index].iter().any(|(_, before)| before == reason) {
                continue;
            }
            let mut what: Vec<String> = untold
                .iter()
                .filter(|(_, other)| other == reason)
                .map(|(what, _)| (*what).to_owned())
                .collect();
            what.dedup();
            let (draft, reason) = match *reason {
                Untold::Unsure(reason) => (self.informed(&rules::UNSURE_VIDEO), reason),
                Untold::Damaged(reason) => (self.warned(&rules::UNREADABLE_VIDEO), reason),
            };
            let draft =
                draft.with("what", kling_schema::listed(&what, "or")).with("reason", reason);
            self.add(Some(draft));
        }
    }
}

/// The rule of one end of a range.
fn rule(bound: &Bound, end: End) -> &'static Rule {
    match (bound, end) {
        (Bound::FramesPerSecond(_), _) => &rules::BAD_FRAME_RATE,
        (_, End::Min) => &rules::TOO_SHORT_VIDEO,
        (_, End::Max) => &rules::TOO_LONG_VIDEO,
    }
}

/// What a measured value is counted in.
fn unit(bound: &Bound) -> &'static str {
    match bound {
        Bound::FramesPerSecond(_) => "frame",
        _ => "second",
    }
}

/// A value beyond one end of its range, to three decimals and never rounded back towards it.
fn decimal(value: Fraction, end: End) -> String {
    let over = u128::from(value.over) * 1000;
    let under = u128::from(value.under);
    let thousandths = match end {
        End::Min => over / under,
        End::Max => over.div_ceil(under),
    };
    let number = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}
