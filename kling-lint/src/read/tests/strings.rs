//! Strings and their text.
