//! Did you mean: the candidate most like what was written.

/// The candidate of the highest likeness, from 0 to 1, if that is high enough.
pub(crate) fn nearest<T>(candidates: impl Iterator<Item = (f64, T)>, at_least: f64) -> Option<T> {
    candidates
        .filter(|(likeness, _)| *likeness >= at_least)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// How alike two texts are, from 0 to 1. Nothing where that is surely less than what is asked for, which
/// costs little.
pub(crate) fn likeness(one: &str, other: &str, at_least: f64) -> f64 {
    let longer = one.chars().count().max(other.chars().count());
    if 1.0 - edits_at_least(one, other) as f64 / (longer as f64) < at_least {
        return 0.0;
    }
    strsim::normalized_damerau_levenshtein(one, other)
}

/// So many edits it takes at least: each brings or takes one character, or both.
fn edits_at_least(one: &str, other: &str) -> usize {
    // Characters that share a place are taken for one another: that makes the number no larger.
    let mut more = [0_i32; 64];
    for character in one.chars() {
        more[character as usize % 64] += 1;
    }
    for character in other.chars() {
        more[character as usize % 64] -= 1;
    }
    let brought: i32 = more.iter().map(|more| more.max(&0)).sum();
    let taken: i32 = more.iter().map(|more| more.min(&0).abs()).sum();
    brought.max(taken) as usize
}

/// A text without case and separators: `modelName` and `model-name` are `modelname`.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    if text.is_ascii() {
        let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
        letters.for_each(|letter| plain.push(char::from(letter.to_ascii_lowercase())));
    } else {
        plain.extend(text.chars().flat_map(char::to_lowercase).filter(|it| it.is_alphanumeric()));
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ascii_is_as_plain_as_any_other_text(text in "[a-zA-Z0-9_. -]{0,12}") {
            prop_assert_eq!(plain(&format!("{text}é")), plain(&text) + "é");
        }

        #[test]
        fn nothing_that_is_alike_is_refused(one in "[a-dé1@`]{0,12}", other in "[a-dé1@`]{0,12}") {
            let full = strsim::normalized_damerau_levenshtein(&one, &other);
            for at_least in [0.0, 0.5, 0.72, 0.9, 1.0] {
                let quick = likeness(&one, &other, at_least);
                prop_assert!(quick == full || quick == 0.0 && full < at_least, "{one} {other}");
            }
        }
    }

    #[test]
    fn what_is_too_far_is_not_looked_at() {
        assert_eq!(edits_at_least("prompt", "promt"), 1);
        assert_eq!(edits_at_least("mode", "prompt"), 4);
        assert_eq!(edits_at_least("abcd", "dcba"), 0);
    }
}
