//! A runbook: a located problem for everything that is wrong, or a runbook.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stanch::runbook::parse_bytes;

fuzz_target!(|bytes: &[u8]| {
    let parsed = parse_bytes("any", bytes);
    assert_eq!(parsed.runbook.is_some(), parsed.errors() == 0);
});
