//! Output: lines of words, as logs are.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

const WORDS: [&str; 16] = [
    "GET",
    "/api/v1/timelines/home",
    "status=500",
    "took",
    "worker",
    "error:",
    "connection",
    "refused",
    "at",
    "line",
    "retry",
    "SELECT",
    "users",
    "WHERE",
    "ok",
    "2022-04-30T19:33:40Z",
];

/// A small generator of numbers that look random and are the same every time (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// One line of exactly `length` bytes, its newline included.
fn line(dice: &mut Dice, length: usize, out: &mut Vec<u8>) {
    let end = out.len() + length - 1;
    while out.len() < end {
        let word = usize::try_from(dice.roll() % 16).unwrap_or(0);
        out.extend_from_slice(WORDS[word].as_bytes());
        // Numbers between the words: no two lines are alike.
        out.extend_from_slice(format!(" {} ", dice.roll() % 100_000).as_bytes());
    }
    out.truncate(end);
    out.push(b'\n');
}

/// About `size` bytes of lines of `length` bytes each, newlines included; at least one.
pub(crate) fn lines(length: usize, size: usize) -> Vec<u8> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut out = Vec::with_capacity(size);
    for _ in 0..(size / length).max(1) {
        line(&mut dice, length, &mut out);
    }
    out
}

/// Writes about `size` bytes of such lines and returns how many bytes that were. They repeat after a few megabytes, so that a file of
/// gigabytes is made quickly.
pub(crate) fn write_lines(path: &Path, length: usize, size: u64) -> io::Result<u64> {
    let block = lines(length, usize::try_from(size.min(4_000_000)).unwrap_or(4_000_000));
    let each = u64::try_from(block.len()).unwrap_or(u64::MAX);
    let mut file = BufWriter::new(File::create(path)?);
    let times = (size / each).max(1);
    for _ in 0..times {
        file.write_all(&block)?;
    }
    file.flush()?;
    Ok(times * each)
}

/// Such lines as text.
pub(crate) fn text(length: usize, size: usize) -> String {
    String::from_utf8_lossy(&lines(length, size)).into_owned()
}

/// Names and values of secrets that are nowhere in these lines, though their beginnings are.
pub(crate) fn secrets(count: usize) -> Vec<(String, String)> {
    let begins = |number: usize| WORDS[number % WORDS.len()];
    (0..count).map(|number| (format!("SECRET_{number}"), format!("{}-{number:04}-nowhere", begins(number)))).collect()
}
