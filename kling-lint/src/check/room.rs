//! Room for a few things, on the stack unless they are many.

/// Calls back with room for so many. Tables have a dozen fields, items one to four.
pub(super) fn with_room<T: Copy, R>(len: usize, empty: T, then: impl FnOnce(&mut [T]) -> R) -> R {
    match len {
        0..=4 => then(&mut [empty; 4][..len]),
        5..=16 => then(&mut [empty; 16][..len]),
        _ => then(&mut vec![empty; len]),
    }
}

#[cfg(test)]
mod tests {
    use super::with_room;

    #[test]
    fn there_is_as_much_room_as_was_asked_for() {
        for len in [0, 1, 4, 5, 16, 17, 1000] {
            with_room(len, 7_u8, |room| assert_eq!(room, vec![7; len]));
        }
    }
}
