//! Spans of time and numbers for people.

use std::time::Duration;

use kling_lint::printable::grouped;

/// A span in one or two units: `45 s`, `2 min 14 s`, `3 h 5 min`, `2 d`.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let pair = |big: u64, unit: &str, small: u64, part: &str| match small {
        0 => format!("{big} {unit}"),
        _ => format!("{big} {unit} {small} {part}"),
    };
    match seconds {
        0 if !span.is_zero() => "1 s".into(),
        0..60 => format!("{seconds} s"),
        60..3600 => pair(seconds / 60, "min", seconds % 60, "s"),
        3600..86_400 => pair(seconds / 3600, "h", seconds / 60 % 60, "min"),
        _ => pair(seconds / 86_400, "d", seconds / 3600 % 24, "h"),
    }
}

/// A span in one short unit, for tables: `45s`, `2m`, `3h`, `12d`.
pub(crate) fn short(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// From one span to another, in the unit of the longer: `40-50 s`, `2-4 min`.
pub(crate) fn range(fast: Duration, slow: Duration) -> String {
    let (size, unit) = match slow.as_secs() {
        0..100 => (1, "s"),
        100..6000 => (60, "min"),
        _ => (3600, "h"),
    };
    let fast = fast.as_secs() / size;
    let slow = slow.as_secs().div_ceil(size).max(1);
    if fast == slow { format!("{slow} {unit}") } else { format!("{fast}-{slow} {unit}") }
}

/// `1 task`, `2 tasks`
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", grouped(number as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_units_people_use() {
        let told = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(told(0), "0 s");
        assert_eq!(span(Duration::from_millis(3)), "1 s");
        assert_eq!(told(59), "59 s");
        assert_eq!(told(60), "1 min");
        assert_eq!(told(134), "2 min 14 s");
        assert_eq!(told(3 * 3600 + 5 * 60 + 7), "3 h 5 min");
        assert_eq!(told(86_400 * 2 + 3600), "2 d 1 h");
        assert_eq!(short(Duration::from_secs(7300)), "2h");
        assert_eq!(short(Duration::from_secs(86_400 * 30)), "30d");
    }

    #[test]
    fn ranges_have_one_unit() {
        let told = |fast, slow| range(Duration::from_secs(fast), Duration::from_secs(slow));
        assert_eq!(told(120, 240), "2-4 min");
        assert_eq!(told(110, 130), "1-3 min");
        assert_eq!(told(40, 55), "40-55 s");
        assert_eq!(told(0, 0), "0-1 s");
        assert_eq!(told(3600, 3 * 3600), "1-3 h");
    }

    #[test]
    fn numbers_are_grouped_and_nouns_counted() {
        assert_eq!(grouped(9999), "9999");
        assert_eq!(grouped(10_485_760), "10,485,760");
        assert_eq!(count(1, "task"), "1 task");
        assert_eq!(count(12_000, "task"), "12,000 tasks");
    }
}
