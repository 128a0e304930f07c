//! File names from ids that others chose.

use sha2::{Digest, Sha256};

/// Bytes of a name, without suffix.
const LONGEST: usize = 100;

/// What the files of a task are called, but for their suffix: `{task id}`, or `{task id}-{number}`.
pub(super) fn stem(task_id: &str, number: Option<u32>) -> String {
    let mut name = String::new();
    let mut cut = false;
    for (index, byte) in task_id.bytes().enumerate() {
        let plain = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => true,
            // Not first: a hidden file, an option.
            b'.' | b'-' => index > 0,
            _ => false,
        };
        let more = if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        if name.len() + more.len() > LONGEST - 20 {
            cut = true;
            break;
        }
        name.push_str(&more);
    }
    if cut {
        // Long ids that begin alike stay apart.
        name.push('-');
        for byte in Sha256::digest(task_id.as_bytes()).iter().take(4) {
            name.push_str(&format!("{byte:02x}"));
        }
    }
    if name.is_empty() || is_device(&name) {
        name.insert(0, '_');
    }
    match number {
        Some(number) => format!("{name}-{number}"),
        None => name,
    }
}

/// Whether Windows takes it for a device, whatever its suffix.
fn is_device(name: &str) -> bool {
    let name = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let numbered = |kind: &str| {
        name.strip_prefix(kind).is_some_and(|it| it.len() == 1 && it.as_bytes()[0].is_ascii_digit())
    };
    matches!(name.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_become_names() {
        for (id, number, expected) in [
            ("831922345719271433", None, "831922345719271433"),
            ("831922345719271433", Some(0), "831922345719271433-0"),
            ("a.b-c_D", Some(12), "a.b-c_D-12"),
            ("../../etc/passwd", None, "%2E.%2F..%2Fetc%2Fpasswd"),
            ("-rf", None, "%2Drf"),
            ("", None, "_"),
            ("..", None, "%2E."),
            ("C:\\x", None, "C%3A%5Cx"),
            ("con", None, "_con"),
            ("NUL.x", None, "_NUL.x"),
            ("com1", Some(1), "_com1-1"),
            ("console", None, "console"),
            ("é\u{202e}", None, "%C3%A9%E2%80%AE"),
            ("a\0b\n", None, "a%00b%0A"),
        ] {
            assert_eq!(stem(id, number), expected);
        }
        let (one, two) = (stem(&"x".repeat(500), None), stem(&"x".repeat(501), None));
        assert_ne!(one, two);
        assert!(one.len() <= LONGEST);
    }

    proptest! {
        #[test]
        fn any_id_is_one_plain_component(id in any::<String>(), number in any::<Option<u32>>()) {
            let name = stem(&id, number);
            prop_assert!(!name.is_empty() && name.len() <= LONGEST);
            prop_assert!(!name.starts_with(['.', '-']));
            prop_assert!(name.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-%".contains(&it)));
        }
    }
}
