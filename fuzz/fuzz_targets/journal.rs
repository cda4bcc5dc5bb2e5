//! A journal: read up to the damage, and held against a hash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stanch::session::state::State;
use stanch::store::journal::{audit, read};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = tempfile::NamedTempFile::new() else { return };
    if std::fs::write(file.path(), bytes).is_err() {
        return;
    }
    if let Ok(found) = read(file.path()) {
        let _ = State::replay(&found.entries);
    }
    let _ = audit(file.path(), Some("0123456789abcdef"));
});
