//! Reading a file's lines on two threads at once.
//!
//! Without mapping it, which takes `unsafe`, to copy a gigabyte out of the page cache takes twice as long as to look through it. So the
//! one who looks is given help, for a stretch at a time: the stretch is cut into slices, and each of the two takes the next.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, scope};

use memchr::{memchr, memrchr};

/// A slice, in bytes.
const SLICE: u64 = 1 << 20;
/// Read at once, in bytes: more does not stay in the cache until it is looked at.
const PIECE: usize = 128 * 1024;
/// The longest line that is read so.
const LINE: usize = PIECE / 2;

/// Takes a file's whole lines between two offsets, of which the first begins a line. Every slice has what `begin` makes, and
/// `take` is given the lines that begin in it, in order, in pieces; these come back in the order of the slices. A line that does not
/// end before `to` is left out. None where a line is longer than [`LINE`] or there is no second thread: then it has to be done otherwise.
///
/// # Errors
/// Where the file cannot be read.
pub fn slices<T: Send>(
    file: &File,
    (from, to): (u64, u64),
    begin: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, &[u8]) + Sync,
) -> io::Result<Option<Vec<T>>> {
    slices_of(SLICE, file, (from, to), &begin, &take)
}

fn slices_of<T: Send>(
    slice: u64,
    file: &File,
    (from, to): (u64, u64),
    begin: &(impl Fn() -> T + Sync),
    take: &(impl Fn(&mut T, &[u8]) + Sync),
) -> io::Result<Option<Vec<T>>> {
    let next = AtomicU64::new(0);
    let work = || -> io::Result<Option<Vec<(u64, T)>>> {
        let mut done = Vec::new();
        let mut buffer = vec![0; PIECE];
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let start = from.saturating_add(number.saturating_mul(slice));
            if start >= to {
                return Ok(Some(done));
            }
            let mut of = begin();
            let part = Slice { file, start, end: to.min(start + slice), to, inside: number > 0 };
            if !part.read(&mut buffer, |lines| take(&mut of, lines))? {
                // The other one has nothing more to do either.
                next.store(u64::MAX / 2 / slice, Ordering::Relaxed);
                return Ok(None);
            }
            done.push((number, of));
        }
    };
    let both = scope(|scope| {
        let other = Builder::new().name("search".to_owned()).spawn_scoped(scope, work).ok()?;
        let ours = work();
        Some((ours, other.join().ok()?))
    });
    let Some((ours, theirs)) = both else { return Ok(None) };
    let (Some(mut all), Some(mut theirs)) = (ours?, theirs?) else { return Ok(None) };
    all.append(&mut theirs);
    all.sort_unstable_by_key(|(number, _)| *number);
    Ok(Some(all.into_iter().map(|(_, of)| of).collect()))
}

struct Slice<'a> {
    file: &'a File,
    start: u64,
    end: u64,
    /// Nothing is read from here on.
    to: u64,
    /// A line may go on where it starts.
    inside: bool,
}

impl Slice<'_> {
    /// Reads the lines that begin in it; false where one is too long.
    fn read(&self, buffer: &mut [u8], mut take: impl FnMut(&[u8])) -> io::Result<bool> {
        // The byte before tells whether a line begins here.
        let mut inside = self.inside;
        let mut at = if inside { self.start - 1 } else { self.start };
        let mut held = 0;
        loop {
            let count = self.fill(buffer.get_mut(held..).unwrap_or_default(), at)?;
            if count == 0 {
                return Ok(true);
            }
            at += count as u64;
            let (filled, mut skipped) = (held + count, 0);
            let there = buffer.get(..filled).unwrap_or_default();
            if inside {
                let begins = memchr(b'\n', there).map(|end| end + 1);
                skipped = begins.unwrap_or(filled);
                if at - (filled - skipped) as u64 >= self.end {
                    return Ok(true);
                }
                inside = begins.is_none();
            }
            let lines = there.get(skipped..).unwrap_or_default();
            let last = usize::try_from((self.end - 1).saturating_sub(at - lines.len() as u64)).unwrap_or(usize::MAX);
            let over = lines.get(last..).and_then(|rest| memchr(b'\n', rest)).map(|end| last + end + 1);
            let whole = over.or_else(|| memrchr(b'\n', lines).map(|end| end + 1)).unwrap_or(0);
            if let Some(lines) = lines.get(..whole).filter(|lines| !lines.is_empty()) {
                take(lines);
            }
            if over.is_some() {
                return Ok(true);
            }
            held = lines.len() - whole;
            if held > LINE {
                return Ok(false);
            }
            buffer.copy_within(filled - held..filled, 0);
        }
    }

    fn fill(&self, room: &mut [u8], at: u64) -> io::Result<usize> {
        let most = usize::try_from(self.to.saturating_sub(at)).unwrap_or(usize::MAX).min(room.len());
        let room = room.get_mut(..most).unwrap_or_default();
        loop {
            match self.file.read_at(room, at) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn file(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn read(slice: u64, text: &str, from: usize, to: u64) -> Option<Vec<String>> {
        let begin = String::new;
        let take = |lines: &mut String, piece: &[u8]| lines.push_str(std::str::from_utf8(piece).unwrap());
        slices_of(slice, &file(text), (from as u64, to), &begin, &take).unwrap()
    }

    #[test]
    fn a_line_too_long_has_to_be_read_otherwise() {
        for before in [0, 70_000, 200_000] {
            let text = "line\n".repeat(before / 5) + &"x".repeat(2 * PIECE) + "\n";
            assert_eq!(read(100_000, &text, 0, text.len() as u64), None, "{before}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert!(slices(&File::open("/").unwrap(), (0, 10), || (), |(), _| ()).is_err());
    }

    proptest! {
        #[test]
        fn all_lines_come_whole_and_in_order(
            lines in prop::collection::vec("[a-z]{0,12}", 0..60), ended in any::<bool>(), slice in 1_u64..80, line in 0_usize..9,
            beyond in 0_u64..9,
        ) {
            let text = lines.join("\n") + if ended { "\n" } else { "" };
            let from = text.match_indices('\n').map(|(end, _)| end + 1).nth(line).unwrap_or(0);
            let parts = read(slice, &text, from, text.len() as u64 + beyond).unwrap();
            let end = text.rfind('\n').map_or(from, |end| end + 1).max(from);
            prop_assert_eq!(parts.concat(), &text[from..end]);
            prop_assert!(parts.iter().all(|part| part.is_empty() || part.ends_with('\n')));
        }
    }
}
