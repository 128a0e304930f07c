#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kling_fuzz::movies(data));
