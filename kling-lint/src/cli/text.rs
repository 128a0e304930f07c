//! Prose that fits the screen.

/// The width of explanations. Long lines are hard to read on any screen.
pub(crate) const WIDTH: usize = 80;

/// Appends Markdown, each line indented: paragraphs are filled anew, however their lines were broken;
/// code keeps its lines.
pub(crate) fn wrap(out: &mut String, text: &str, indent: usize) {
    let mut in_code = false;
    let mut paragraph = String::new();
    for line in text.trim().lines() {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        let is_code = in_code || fence || line.starts_with("    ");
        if is_code || line.trim().is_empty() {
            fill(out, &mut paragraph, indent);
            push_line(out, if is_code { line } else { "" }, indent);
            continue;
        }
        if !paragraph.is_empty() {
            paragraph.push(' ');
        }
        paragraph.push_str(line.trim_end());
    }
    fill(out, &mut paragraph, indent);
}

/// Appends a paragraph, if there is one, and takes it away.
fn fill(out: &mut String, paragraph: &mut String, indent: usize) {
    let text = std::mem::take(paragraph);
    let mut rest = text.as_str();
    while let Some((head, tail)) = split(rest, WIDTH.saturating_sub(indent)) {
        push_line(out, head, indent);
        rest = tail;
    }
    if !rest.is_empty() {
        push_line(out, rest, indent);
    }
}

/// Splits a line that is too long at its last space that fits, or else at its first. Blanks at its
/// start are no place to split.
fn split(line: &str, width: usize) -> Option<(&str, &str)> {
    let (end, _) = line.char_indices().nth(width)?;
    let start = line.find(|character| character != ' ')?;
    let fits = line.get(start..end).and_then(|head| head.rfind(' '));
    // The character after the width may itself be the space.
    let space = if line[end..].starts_with(' ') && end > start {
        end
    } else {
        start + fits.or_else(|| line[start..].find(' '))?
    };
    Some((&line[..space], line[space..].trim_start()))
}

/// Appends one line, without blanks at its end.
pub(crate) fn push_line(out: &mut String, line: &str, indent: usize) {
    if !line.is_empty() {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(line);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrapped(text: &str, indent: usize) -> String {
        let mut out = String::new();
        wrap(&mut out, text, indent);
        out
    }

    #[test]
    fn long_lines_are_broken_and_code_is_kept() {
        let words = ["word"; 20].join(" ");
        let text = format!("{words}\n\n```json\n{words}\n```\n");
        let expected = format!(
            "  {}\n  {}\n\n  ```json\n  {words}\n  ```\n",
            ["word"; 15].join(" "),
            ["word"; 5].join(" ")
        );
        assert_eq!(wrapped(&text, 2), expected);
    }

    #[test]
    fn a_paragraph_is_filled_anew() {
        let words = ["word"; 30].join("\n");
        let expected = format!("{}\n{}\n", ["word"; 16].join(" "), ["word"; 14].join(" "));
        assert_eq!(wrapped(&words, 0), expected);
        assert_eq!(wrapped(&format!("{words}\n\n{words}"), 0), format!("{expected}\n{expected}"));
    }

    #[test]
    fn a_word_without_spaces_is_left_whole() {
        let long = "x".repeat(200);
        assert_eq!(wrapped(&format!("a {long} b"), 0), format!("a\n{long}\nb\n"));
    }

    proptest! {
        #[test]
        fn no_word_is_lost(text in "[a-zé짧 \n]{0,300}", indent in 0_usize..100) {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&wrapped(&text, indent)), words(&text));
        }
    }
}
