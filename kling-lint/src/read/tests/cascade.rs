//! One lost byte is one fault.

use serde_json::Value;

use super::{errors, reading};

const REQUEST: &str = r#"{
  "image": "https://media.acme.com/cat.jpg",
  "prompt": "The cat turns its head",
  "cfg_scale": 0.5,
  "dynamic_masks": [
    {
      "mask": "https://media.acme.com/mask.png"
    },
    {
      "mask": "https://media.acme.com/tail.png"
    }
  ],
  "duration": "5"
}
"#;

#[test]
fn a_lost_byte_is_at_most_one_finding() {
    let tree: Value = serde_json::from_str(REQUEST).expect("JSON");
    for text in [REQUEST.to_owned(), tree.to_string()] {
        for at in 0..text.len() {
            let mut left = text.clone();
            left.remove(at);
            let names = errors(&reading(left.as_bytes()).0);
            assert!(names.len() <= 1, "{names:?}: {left}");
        }
    }
}
