//! Trouble that is asked for in a prompt.

/// What is to happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Policy,
    Arrears,
    Busy,
    Slow,
    GatewayTimeout,
    Cut,
    Expired,
    Gone,
}

/// Every wish: the word in the prompt, and what comes of it.
pub(super) static WISHES: &[(&str, Wish, &str)] = &[
    ("demo:policy", Wish::Policy, "taken and charged; then fails"),
    ("demo:arrears", Wish::Arrears, "refused: the account is in arrears"),
    ("demo:busy", Wish::Busy, "refused twice: too many tasks; then taken"),
    ("demo:slow", Wish::Slow, "takes ten times as long"),
    ("demo:504", Wish::GatewayTimeout, "taken and charged; the reply is a 504"),
    ("demo:cut", Wish::Cut, "taken and charged; the reply breaks off"),
    ("demo:expired", Wish::Expired, "made; the first URL no longer works"),
    ("demo:gone", Wish::Gone, "made; no URL works"),
];

impl Wish {
    /// The first wish in a text.
    pub(super) fn of(text: &str) -> Option<Wish> {
        text.split(|character: char| !(character.is_ascii_alphanumeric() || character == ':'))
            .find_map(|word| WISHES.iter().find(|(it, ..)| *it == word))
            .map(|(_, wish, _)| *wish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_words() {
        assert_eq!(Wish::of("The cat blinks (demo:504)."), Some(Wish::GatewayTimeout));
        assert_eq!(Wish::of("demo:slow, demo:cut"), Some(Wish::Slow));
        assert_eq!(Wish::of("demo:cuttlefish"), None);
        assert_eq!(Wish::of("democracy: slow"), None);
    }
}
