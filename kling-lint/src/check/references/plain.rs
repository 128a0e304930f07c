//! The quick way through a text whose tokens are written as nearly all are: any other is judged with care.

use kling_schema::Reference;

use super::Named;
use crate::read::Text;
use crate::vector::{self, are};

/// Numbers from here on take care.
const MANY: u64 = 1_000;

/// Whether each token in a text names an input, of so many of each kind, and each input is named. False says
/// nothing.
pub(in crate::check) fn are_sound(
    text: Option<Text<'_>>,
    kinds: &[Reference],
    counts: &[u64],
) -> bool {
    let mut named = Named::default();
    let name = |text: Text<'_>| name_all(text.to_str().as_bytes(), kinds, counts, &mut named);
    text.is_none_or(name)
        && counts.iter().enumerate().all(|(kind, count)| named.has_all(kind, *count))
}

/// Notes the inputs that a text names, if two brackets begin nothing in it but tokens of them.
fn name_all(text: &[u8], kinds: &[Reference], counts: &[u64], named: &mut Named) -> bool {
    let (mut done, mut all) = (0, true);
    let bracket = |at| {
        if at < done || text.get(at + 1) != Some(&b'<') {
            return;
        }
        match token(&text[at..], kinds) {
            Some((kind, number, rest)) if number <= counts[kind] => {
                named.note(kind, number);
                done = text.len() - rest.len();
            }
            _ => all = false,
        }
    };
    vector::each(text, |bytes| are(bytes, b'<'), bracket);
    all
}

/// The kind and the number of the token that a text begins with, and what follows it.
fn token<'t>(text: &'t [u8], kinds: &[Reference]) -> Option<(usize, u64, &'t [u8])> {
    let inner = text.strip_prefix(b"<<<")?;
    let number = |kind: &Reference| inner.strip_prefix(kind.word.as_bytes())?.strip_prefix(b"_");
    let (index, mut rest) =
        kinds.iter().enumerate().find_map(|(index, kind)| Some((index, number(kind)?)))?;
    let mut number = 0;
    while let [digit @ b'0'..=b'9', more @ ..] = rest
        && number < MANY
        && (number > 0 || *digit != b'0')
    {
        (number, rest) = (10 * number + u64::from(digit - b'0'), more);
    }
    let rest = rest.strip_prefix(b">>>").filter(|rest| rest.first() != Some(&b'>'))?;
    (number > 0).then_some((index, number, rest))
}

#[cfg(test)]
mod tests {
    use kling_schema::{Check, endpoints};
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::{Inputs, judge, tokens};
    use super::*;

    fn kinds() -> &'static [Reference] {
        let object = endpoints::find("omni-video").expect("an endpoint");
        let mut checks = object.constraints.iter().map(|constraint| &constraint.check);
        let kinds = checks.find_map(|check| match check {
            Check::References { kinds, .. } => Some(*kinds),
            _ => None,
        });
        kinds.expect("a rule about references")
    }

    /// The same, token by token as they are judged with care.
    fn are_sound_with_care(text: &str, counts: &[u64]) -> bool {
        let mut named = Named::default();
        let inputs = Inputs { kinds: kinds(), counts, also: &[] };
        tokens(text).all(|token| judge(&token, inputs, &mut named).is_none())
            && counts.iter().enumerate().all(|(kind, count)| named.has_all(kind, *count))
    }

    fn is_sound(text: &str, counts: &[u64]) -> bool {
        are_sound(Some(Text::plain(text.as_bytes())), kinds(), counts)
    }

    #[test]
    fn tokens_as_nearly_all_are() {
        let mut counts = vec![0; kinds().len()];
        assert!(is_sound("a < b > c", &counts));
        assert!(are_sound(None, kinds(), &counts));
        counts[0] = 12;
        let word = kinds()[0].word;
        let text: String = (1..=12).map(|number| format!("a <<<{word}_{number}>>>, ")).collect();
        assert!(is_sound(&text, &counts));
        assert!(!is_sound(&text.replace("_12", "_13"), &counts));
        // Not named, or written otherwise.
        for other in ["", "_02", "-2", "_2>", "_", "_0", "_18446744073709551618", "_1000"] {
            assert!(!is_sound(&text.replace("_2>", &format!("{other}>")), &counts), "{other}");
        }
        assert!(!is_sound(&text.replace("<<<", "<<<<"), &counts));
        assert!(!is_sound(&format!("{text}<<"), &counts));
        assert!(!are_sound(None, kinds(), &counts));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// What takes the quick way is found to be right with care.
        #[test]
        fn the_quick_way_says_no_more(
            parts in proptest::collection::vec(select(vec![
                "<", "<<", "<<<", ">", ">>", ">>>", "image", "element", "video", "_", "0", "1", "2", "12", " ", "é",
                "<<<image_1>>>", "<<<image_2>>>", "<<<element_1>>>", "<<<video_1>>>", "a long walk through the rain ",
            ]), 0..12),
            counts in proptest::collection::vec(0..3_u64, kinds().len()),
        ) {
            let text = parts.concat();
            prop_assert!(!is_sound(&text, &counts) || are_sound_with_care(&text, &counts), "{}", text);
        }
    }
}
