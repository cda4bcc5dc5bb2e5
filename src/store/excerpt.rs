//! First and last lines of an output, however long it is: it is streamed, never held.

use std::io;

use memchr::{memchr, memchr_iter, memrchr, memrchr_iter};

use super::error::{Error, Result};
use super::runs::RunDir;
use super::transcript::Reading;
use crate::session::excerpt::{Excerpt, ExcerptLine};
use crate::session::run::RunEnd;
use crate::text::transcript::Bytes;

/// Bytes read at once.
const CHUNK: u64 = 256 * 1024;
/// Bytes kept of a line.
const KEEP: usize = 1_000;

/// The first `head` and the last `tail` lines of a run's output, 1,000 bytes of each at most, with exact counts of what lies between.
/// Of a line that overwrites itself (a progress bar) the last state is kept; of output that moves the cursor, what was seen. `end`
/// spares counting the lines between, where it speaks of the output as it is; without it the run may still go on.
///
/// # Errors
/// What the operating system says.
pub fn load(run: &RunDir, head: usize, tail: usize, end: Option<&RunEnd>) -> Result<Excerpt> {
    let cut = || {
        let mut reading = Reading::open(run)?.ok_or(io::ErrorKind::NotFound)?;
        while reading.advance()? {}
        if end.is_some() {
            reading.finish()?;
        }
        let text = reading.text().with_living();
        let (bytes, drawn) = (reading.taken(), !text.is_raw());
        let known = end.filter(|end| end.bytes == bytes && !drawn).map(|end| end.lines);
        let excerpt = excerpt(&Input { text: &text, bytes: text.len() }, head, tail, known)?;
        Ok(Excerpt { bytes, drawn, ..excerpt })
    };
    cut().map_err(Error::at("read", &run.output()))
}

fn excerpt(input: &Input, head: usize, tail: usize, known: Option<u64>) -> io::Result<Excerpt> {
    let mut first = Lines::default();
    let head_end = first.read(input, 0, head)?;
    let tail_start = input.last_lines(head_end, tail)?;
    let mut last = Lines::default();
    if tail_start == head_end {
        // Nothing lies between.
        first.read(input, head_end, usize::MAX)?;
    } else {
        last.read(input, tail_start, usize::MAX)?;
    }
    let omitted_lines = match known.and_then(|all| all.checked_sub(first.newlines + last.newlines)) {
        _ if tail_start == head_end => 0,
        Some(count) => count,
        None => input.newlines(head_end, tail_start)?,
    };
    Ok(Excerpt {
        head: first.done,
        tail: last.done,
        omitted_lines,
        omitted_bytes: tail_start - head_end,
        bytes: input.bytes,
        drawn: false,
    })
}

/// The text as long as it was when it was looked at: it may still grow.
struct Input<'a> {
    text: &'a dyn Bytes,
    bytes: u64,
}

impl Input<'_> {
    /// Hands on what lies between two offsets, piece by piece, until `take` has enough.
    fn pieces(&self, from: u64, to: u64, mut take: impl FnMut(u64, &[u8]) -> bool) -> io::Result<()> {
        let mut at = from;
        while at < to {
            let piece = self.part(at, to.min(at + CHUNK))?;
            if !take(at, &piece) {
                break;
            }
            at += piece.len() as u64;
        }
        Ok(())
    }

    fn part(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let part = self.text.read(from, to)?;
        if part.len() as u64 == to - from { Ok(part) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn newlines(&self, from: u64, to: u64) -> io::Result<u64> {
        let mut count = 0;
        self.pieces(from, to, |_, piece| {
            count += memchr_iter(b'\n', piece).count() as u64;
            true
        })?;
        Ok(count)
    }

    /// Where the last `count` lines begin, but not before `floor`. A newline at the very end ends the last line.
    fn last_lines(&self, floor: u64, count: usize) -> io::Result<u64> {
        if count == 0 {
            return Ok(self.bytes);
        }
        let mut left = count;
        let mut end = self.bytes;
        while end > floor {
            let start = end.saturating_sub(CHUNK).max(floor);
            let room = self.part(start, end)?;
            for place in memrchr_iter(b'\n', &room) {
                let after = start + place as u64 + 1;
                if after == self.bytes {
                    continue;
                }
                left -= 1;
                if left == 0 {
                    return Ok(after);
                }
            }
            end = start;
        }
        Ok(floor)
    }
}

/// Lines as they come together from pieces.
#[derive(Default)]
struct Lines {
    done: Vec<ExcerptLine>,
    newlines: u64,
    kept: Vec<u8>,
    cut: u64,
    begun: bool,
    carriage_return: bool,
}

impl Lines {
    /// Reads up to so many lines; gives the offset behind the last one.
    fn read(&mut self, input: &Input, from: u64, count: usize) -> io::Result<u64> {
        let mut left = count;
        let mut end = if count == 0 { from } else { input.bytes };
        let to = if count == 0 { from } else { input.bytes };
        input.pieces(from, to, |at, piece| {
            let mut rest = piece;
            while let Some(place) = memchr(b'\n', rest) {
                self.push(&rest[..place]);
                self.newlines += 1;
                self.finish();
                rest = &rest[place + 1..];
                left -= 1;
                if left == 0 {
                    end = at + (piece.len() - rest.len()) as u64;
                    return false;
                }
            }
            self.push(rest);
            true
        })?;
        if self.begun {
            self.finish();
        }
        Ok(end)
    }

    /// Adds a part of a line.
    fn push(&mut self, mut part: &[u8]) {
        if part.is_empty() {
            return;
        }
        if self.carriage_return {
            self.restart();
        }
        // A carriage return at the end may belong to the newline.
        self.carriage_return = part.ends_with(b"\r");
        part = part.strip_suffix(b"\r").unwrap_or(part);
        if let Some(place) = memrchr(b'\r', part) {
            self.restart();
            part = &part[place + 1..];
        }
        self.begun = true;
        let room = KEEP.saturating_sub(self.kept.len()).min(part.len());
        self.kept.extend_from_slice(&part[..room]);
        self.cut += (part.len() - room) as u64;
    }

    fn restart(&mut self) {
        self.kept.clear();
        self.cut = 0;
    }

    fn finish(&mut self) {
        let mut kept = std::mem::take(&mut self.kept);
        if self.cut > 0 {
            // A character that was cut in two is left out whole.
            let whole = kept.iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
            if std::str::from_utf8(&kept[whole..]).is_err() && kept.len() - whole < 4 {
                self.cut += (kept.len() - whole) as u64;
                kept.truncate(whole);
            }
        }
        let text = String::from_utf8_lossy(&kept).into_owned();
        self.done.push(ExcerptLine { text, cut: self.cut });
        *self = Self { done: std::mem::take(&mut self.done), newlines: self.newlines, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The folder of a run that wrote this.
    fn run(content: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("output"), content).unwrap();
        folder
    }

    fn of(content: &[u8], head: usize, tail: usize) -> Excerpt {
        let run = run(content);
        load(&RunDir::at(run.path()), head, tail, None).unwrap()
    }

    fn texts(lines: &[ExcerptLine]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn short_output_is_whole() {
        for content in ["", "a", "a\n", "a\nb", "a\nb\n", "1\n2\n3\n4\n", "\n\n\n"] {
            let excerpt = of(content.as_bytes(), 2, 2);
            assert_eq!(texts(&excerpt.head), content.lines().collect::<Vec<_>>(), "{content:?}");
            assert_eq!((excerpt.tail.len(), excerpt.omitted_lines, excerpt.omitted_bytes), (0, 0, 0), "{content:?}");
        }
    }

    #[test]
    fn of_long_output_both_ends_are_kept_and_the_rest_is_counted() {
        let excerpt = of(b"1\n2\n3333\n44\n5\n6", 2, 2);
        assert_eq!((texts(&excerpt.head), texts(&excerpt.tail)), (vec!["1", "2"], vec!["5", "6"]));
        assert_eq!((excerpt.omitted_lines, excerpt.omitted_bytes, excerpt.bytes), (2, 8, 15));
    }

    #[test]
    fn a_long_line_is_cut_at_a_character_and_the_rest_is_counted() {
        let line = format!("x{}", "é".repeat(1_000_000));
        let excerpt = of(format!("{line}\nend\n").as_bytes(), 20, 20);
        assert_eq!(excerpt.head[0].text, format!("x{}", "é".repeat(499)));
        assert_eq!(excerpt.head[0].cut, 2_000_001 - 999);
        assert_eq!(excerpt.head[1], ExcerptLine { text: "end".to_owned(), cut: 0 });
    }

    #[test]
    fn of_a_progress_bar_the_last_state_is_kept() {
        let bar = format!("{}100000 of 100000\r\ndone\r\n", "1 of 100000\r".repeat(100_000));
        let excerpt = of(bar.as_bytes(), 20, 20);
        assert_eq!(texts(&excerpt.head), ["100000 of 100000", "done"]);
        assert_eq!(excerpt.head[0].cut, 0);
    }

    #[test]
    fn the_record_of_the_end_spares_counting_only_where_it_speaks_of_this_file() {
        let folder = run(b"1\n2\n3\n4\n5\n");
        let run = RunDir::at(folder.path());
        let end = |bytes, lines| RunEnd {
            exit: crate::session::run::Exit::Code(0),
            stopped: None,
            took_ms: 0,
            bytes,
            lines,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: false,
            left_behind: 0,
        };
        // A false count shows whether it was believed.
        assert_eq!(load(&run, 1, 1, Some(&end(10, 1_002))).unwrap().omitted_lines, 1_000);
        assert_eq!(load(&run, 1, 1, Some(&end(9, 1_002))).unwrap().omitted_lines, 3);
        // A count that cannot be is not.
        assert_eq!(load(&run, 1, 1, Some(&end(10, 1))).unwrap().omitted_lines, 3);
    }

    #[test]
    fn of_output_that_moves_the_cursor_what_was_seen_is_shown() {
        let bars: String = (0..=100).map(|n| format!("one {n}%\ntwo {n}%\n\x1b[2A")).collect::<Vec<_>>().concat();
        let editor = "\x1b[?1049h\x1b[Han editor\x1b[?1049l";
        let excerpt = of(format!("begin\n{bars}\n\n{editor}end\n").as_bytes(), 20, 20);
        assert_eq!(texts(&excerpt.head), ["begin", "one 100%", "two 100%", "end"]);
        assert!(excerpt.drawn && !of(b"plain\n", 20, 20).drawn);
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error() {
        let error = load(&RunDir::at(std::path::Path::new("/nowhere")), 20, 20, None).unwrap_err().to_string();
        assert!(error.starts_with("could not read /nowhere/output"), "{error}");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_uncounted(
            lines in prop::collection::vec("[a-z]{0,6}", 0..30), ended in any::<bool>(), head in 0_usize..6, tail in 0_usize..6,
        ) {
            let mut content = lines.join("\n");
            if ended {
                content.push('\n');
            }
            let excerpt = of(content.as_bytes(), head, tail);
            let all: Vec<&str> = content.lines().collect();
            let shown = excerpt.head.len() + excerpt.tail.len();
            prop_assert_eq!(&texts(&excerpt.head), &all[..excerpt.head.len()]);
            prop_assert_eq!(&texts(&excerpt.tail), &all[all.len() - excerpt.tail.len()..]);
            let between = all[excerpt.head.len()..all.len() - excerpt.tail.len()].join("\n");
            // A last line without a newline is no newline left out.
            let unended = u64::from(!content.ends_with('\n') && tail == 0 && shown < all.len());
            prop_assert_eq!(excerpt.omitted_lines + unended, (all.len() - shown) as u64);
            if shown < all.len() {
                prop_assert_eq!(excerpt.omitted_bytes + unended, between.len() as u64 + 1);
            }
        }
    }
}
