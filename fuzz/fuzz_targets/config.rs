//! The configuration.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let read = stanch::runbook::parse_config(bytes);
    assert!(read.config.is_some() || !read.problems.is_empty());
});
