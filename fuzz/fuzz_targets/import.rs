//! Markdown into a runbook, and that read again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = stanch::runbook::import::import("any", text);
});
