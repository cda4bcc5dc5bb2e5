//! What an Alertmanager may post.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = stanch::session::alert::parse(bytes);
});
