use super::super::comment::Comment;
use super::typescript;
use crate::endpoints::ENDPOINTS;
use crate::table::KnownKey;
use crate::{aspect, rows};

#[test]
fn a_comment_breaks_lines_but_no_code_span() {
    let mut comment = Comment::new("  ");
    comment.text(&format!("{} `a code span with blanks` and */ more", "word ".repeat(16).trim()));
    comment.items(["one".to_owned(), "two".to_owned()]);
    comment.tag("@example");
    comment.code("ts", "const a = 1; /* b */");
    let text = comment.to_string();
    assert!(text.contains("`a code span with blanks`"), "{text}");
    assert_eq!(text.matches("*/").count(), 1, "{text}");
    assert!(text.contains("   * - one\n   * - two\n   *\n   * @example\n   * ```ts\n"), "{text}");
    assert_eq!(Comment::new("").to_string(), "");
    let mut short = Comment::new("");
    short.text("Short.");
    assert_eq!(short.to_string(), "/** Short. */\n");
}

/// Each key of each request, every limit and every rule stand in the declarations.
#[test]
fn the_declarations_say_what_the_table_says() {
    let text = typescript();
    assert!(text.lines().all(|line| !line.ends_with(' ')), "a blank at the end of a line");
    let unwrapped: Vec<&str> =
        text.lines().map(|line| line.trim_start_matches([' ', '*'])).collect();
    let unwrapped = unwrapped.join(" ");
    let said_by_types = [aspect::TYPE, aspect::REQUIRED, aspect::ONE_OF];
    let keys = [aspect::ALIAS, aspect::LEGACY, aspect::UPSTREAM_KEY, aspect::EDITOR];
    let mut statements = 0;
    for row in rows::all() {
        let aspect = row.name.rsplit('/').next().unwrap_or_default();
        if said_by_types.contains(&aspect) || keys.contains(&aspect) {
            continue;
        }
        assert!(unwrapped.contains(&row.statement), "{row:?}");
        let weight = format!("{}, {})", row.basis.severity.word(), row.basis.tier.word());
        assert!(unwrapped.contains(&weight), "{row:?}");
        statements += 1;
    }
    assert!(statements > ENDPOINTS.len() * 10, "{statements}");
    for object in ENDPOINTS {
        for field in object.fields {
            assert!(text.contains(&format!("\n  {}", field.key)), "{}", field.key);
        }
        for known in object.known.iter().filter(|known| !matches!(known.what, KnownKey::Editor)) {
            assert!(text.contains(&format!("`{}`", known.key)), "{}", known.key);
        }
    }
}
