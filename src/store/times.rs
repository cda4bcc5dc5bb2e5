//! The file `times` of a run: when its output came. A line each: milliseconds since the run began, and the length of the output by
//! then; where the terminal was given another size, also `COLUMNSxROWS`.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// Longer than any line of the file, in bytes.
const LONGEST: usize = 96;
/// Longer than any run goes on, in milliseconds: so many thousand years that nothing is added to it.
const EVER: u64 = 1 << 48;
/// More columns or rows than any terminal has. A screen of more would only take memory.
const LARGEST: u16 = 2000;
/// Read at once when it is read on, in bytes.
const CHUNK: usize = 16 * 1024;

/// A line of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Milliseconds since the run began.
    pub ms: u64,
    /// Bytes of output by then.
    pub bytes: u64,
    /// Columns and rows from here on, where they changed.
    pub size: Option<(u16, u16)>,
}

impl Tick {
    /// Understands a line without its line feed; what a later version adds to it is passed over, and so is what cannot be: the file may
    /// be from somewhere else.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (ms, bytes) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let size = words.next().and_then(|size| size.split_once('x'));
        let sides = |(columns, rows): (&str, &str)| Some((columns.parse().ok()?, rows.parse().ok()?));
        let size = size
            .and_then(sides)
            .filter(|(columns, rows)| (1..=LARGEST).contains(columns) && (1..=LARGEST).contains(rows));
        (ms < EVER).then_some(Self { ms, bytes, size })
    }
}

/// The times of a run, also while they grow.
#[derive(Debug)]
pub struct Times {
    file: File,
}

impl Times {
    /// Opens them; none where there are none.
    #[must_use]
    pub fn open(path: &Path) -> Option<Self> {
        File::open(path).ok().map(|file| Self { file })
    }

    /// When the byte at this offset of the output came, in milliseconds since the run began; none where that is not written (yet).
    #[must_use]
    pub fn of(&self, offset: u64) -> Option<u64> {
        // The first line that tells of more bytes than stand before it, by halves.
        let (mut low, mut high) = (0, self.file.metadata().ok()?.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = self.start_from(middle, high)?;
            match self.line(start).filter(|_| start < high) {
                Some((tick, next)) if tick.bytes <= offset => low = next,
                _ => high = middle,
            }
        }
        self.line(low).map(|(tick, _)| tick.ms)
    }

    /// Where the first line at or behind this place begins; `end` where none does before it.
    fn start_from(&self, place: u64, end: u64) -> Option<u64> {
        if place == 0 {
            return Some(0);
        }
        let mut buffer = [0; LONGEST];
        let count = read_at(&self.file, &mut buffer, place - 1).ok()?;
        let feed = memchr::memchr(b'\n', buffer.get(..count)?);
        Some(feed.map_or(end, |feed| place + feed as u64))
    }

    /// The whole line that begins here, and where the next does.
    fn line(&self, start: u64) -> Option<(Tick, u64)> {
        let mut buffer = [0; LONGEST];
        let count = read_at(&self.file, &mut buffer, start).ok()?;
        let end = memchr::memchr(b'\n', buffer.get(..count)?)?;
        let tick = Tick::parse(std::str::from_utf8(buffer.get(..end)?).ok()?)?;
        Some((tick, start + end as u64 + 1))
    }
}

/// Times read one after the other, also while they grow.
#[derive(Debug)]
pub struct Ticks {
    file: File,
    at: u64,
    /// Read and not given yet; the last line may still be without its end.
    read: Vec<u8>,
    given: usize,
}

impl Ticks {
    /// From the beginning; none where there are none.
    #[must_use]
    pub fn open(path: &Path) -> Option<Self> {
        File::open(path).ok().map(|file| Self { file, at: 0, read: Vec::new(), given: 0 })
    }

    fn more(&mut self) -> bool {
        self.read.drain(..self.given.min(self.read.len()));
        self.given = 0;
        let before = self.read.len();
        self.read.resize(before + CHUNK, 0);
        let count = self.read.get_mut(before..).and_then(|room| read_at(&self.file, room, self.at).ok()).unwrap_or(0);
        self.read.truncate(before + count);
        self.at += count as u64;
        count > 0
    }
}

impl Iterator for Ticks {
    type Item = Tick;

    /// The next; none where no more is written by now, or can be read. Lines that cannot be understood are passed over.
    fn next(&mut self) -> Option<Tick> {
        loop {
            let rest = self.read.get(self.given..).unwrap_or_default();
            let Some(end) = memchr::memchr(b'\n', rest) else {
                if !self.more() {
                    return None;
                }
                continue;
            };
            let tick = rest.get(..end).and_then(|line| Tick::parse(std::str::from_utf8(line).ok()?));
            self.given += end + 1;
            if tick.is_some() {
                return tick;
            }
        }
    }
}

fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn times(text: &str) -> (tempfile::TempDir, Times, Ticks) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("times");
        std::fs::write(&path, text).unwrap();
        let (times, ticks) = (Times::open(&path).unwrap(), Ticks::open(&path).unwrap());
        (folder, times, ticks)
    }

    #[test]
    fn a_byte_came_with_the_first_line_that_counts_it() {
        let (_folder, times, _) = times("0 10\n40 25\n1000 30 80x24\n2000 31");
        let at: Vec<_> = [0, 9, 10, 24, 25, 29, 30, 99].map(|offset| times.of(offset)).into();
        let none = None;
        assert_eq!(at, [Some(0), Some(0), Some(40), Some(40), Some(1000), Some(1000), none, none]);
    }

    #[test]
    fn a_time_or_a_size_that_cannot_be_is_passed_over() {
        let (_folder, _, mut ticks) = times("18446744073709551615 5\n1 2 65535x65535\n1 3 0x24\n1 4 2000x2000\n");
        let sizes: Vec<_> = std::iter::from_fn(|| ticks.next()).map(|tick| (tick.bytes, tick.size)).collect();
        assert_eq!(sizes, [(2, None), (3, None), (4, Some((2000, 2000)))]);
    }

    #[test]
    fn times_are_read_on_as_they_grow_and_a_line_without_its_end_waits() {
        let (folder, _, mut ticks) = times("0 10\nwhat\n40 25 100x30\n100 2");
        let tick = |ms, bytes, size| Some(Tick { ms, bytes, size });
        assert_eq!(ticks.next(), tick(0, 10, None));
        assert_eq!(ticks.next(), tick(40, 25, Some((100, 30))));
        assert_eq!(ticks.next(), None);
        let mut file = File::options().append(true).open(folder.path().join("times")).unwrap();
        file.write_all(b"6\n").unwrap();
        assert_eq!((ticks.next(), ticks.next()), (tick(100, 26, None), None));
    }

    proptest! {
        #[test]
        fn halving_finds_what_looking_at_every_line_does(grown in prop::collection::vec((1u64..100_000, 1u64..1_000_000), 0..200), offset in 0u64..100_000_000) {
            let (mut ms, mut bytes, mut text) = (0, 0, String::new());
            for (more, later) in &grown {
                bytes += more;
                ms += later;
                writeln!(text, "{ms} {bytes}").unwrap();
            }
            let (_folder, times, mut ticks) = times(&text);
            let offset = offset % (bytes + 10);
            let found = ticks.find(|tick| tick.bytes > offset).map(|tick| tick.ms);
            prop_assert_eq!(times.of(offset), found);
        }
    }
}
