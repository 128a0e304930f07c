//! Did you mean: the candidate most like what was written.

/// The candidate of the highest likeness, from 0 to 1, if that is high enough.
pub(crate) fn nearest<T>(candidates: impl Iterator<Item = (f64, T)>, at_least: f64) -> Option<T> {
    candidates
        .filter(|(likeness, _)| *likeness >= at_least)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}
