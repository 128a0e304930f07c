//! The events of a task, as a ledger holds them: read, written and read again they are the same, and
//! a task that was taken stays one that may be paid for.

use kling_submit::entry::Entry;
use kling_submit::machine::State;

/// See the module.
pub fn ledger(data: &[u8]) {
    let Ok(entries) = serde_json::from_slice::<Vec<Entry>>(data) else { return };
    let mut state = State::Intended;
    let mut taken = false;
    for entry in &entries {
        let text = serde_json::to_string(entry).expect("entries are written");
        assert_eq!(serde_json::from_str::<Entry>(&text).ok().as_ref(), Some(entry), "{text}");
        assert!(text.contains(entry.word()), "{text}");
        let Ok(next) = state.clone().after(entry) else { continue };
        taken |= matches!(entry, Entry::Accepted { .. });
        assert!(!taken || next.may_be_paid(), "{} after {state:?}", entry.word());
        assert!(!taken || next.task_id().is_some(), "the id is lost after {state:?}");
        assert!(!taken || !matches!(entry, Entry::Sending { .. }), "paid for, and sent again");
        state = next;
    }
}
