//! A stream comes out the same however it is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stanch::text::redact::{Redactor, Secrets};

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let (secrets, _) = Secrets::new([("A", "hunter22"), ("B", "two\nlines")]);
    let through = |size: usize| {
        let (mut redactor, mut out) = (Redactor::new(&secrets), Vec::new());
        for piece in bytes.chunks(size.max(1)) {
            redactor.push(piece, &mut out);
        }
        redactor.finish(&mut out);
        out
    };
    assert_eq!(through(usize::from(size)), through(usize::MAX));
});
