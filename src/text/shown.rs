//! Lines of an output without what stood on the alternate screen: what an editor, a pager or a monitor drew was never output.

use super::escape::Scan;
use super::plain::Lines;

/// As [`Lines`], of the main screen alone. Line feeds on the other one end lines too, of no text, so that line numbers are those of the
/// output.
#[derive(Debug, Default)]
pub struct Shown {
    scan: Scan,
    lines: Lines,
}

impl Shown {
    /// At the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`Lines::push`].
    pub fn push(&mut self, mut input: &[u8], mut line: impl FnMut(u64, &str)) {
        loop {
            let hidden = self.scan.alternate();
            let end = self.scan.next(input).map(|(_, end)| end);
            let (part, rest) = input.split_at(end.unwrap_or(input.len()));
            if hidden {
                for _ in memchr::memchr_iter(b'\n', part) {
                    self.lines.push(b"\n", &mut line);
                }
            } else {
                self.lines.push(part, &mut line);
            }
            if end.is_none() {
                return;
            }
            input = rest;
        }
    }

    /// As [`Lines::finish`].
    pub fn finish(&mut self, line: impl FnMut(u64, &str)) {
        self.lines.finish(line);
    }

    /// As [`Lines::count`].
    #[must_use]
    pub fn count(&self) -> u64 {
        self.lines.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[&[u8]]) -> Vec<(u64, String)> {
        let (mut shown, mut seen) = (Shown::new(), Vec::new());
        for piece in pieces {
            shown.push(piece, |number, line| seen.push((number, line.to_owned())));
        }
        shown.finish(|number, line| seen.push((number, line.to_owned())));
        seen
    }

    #[test]
    fn what_an_editor_draws_is_no_line_and_lines_keep_their_numbers() {
        let output = b"before\n\x1b[?1049h\x1b[HERROR 1\nERROR 2\n~\x1b[?1049lafter\n\x1b[31mred\x1b[m";
        let lines = [(1, "before"), (2, ""), (3, ""), (4, "after"), (5, "red")];
        let lines = lines.map(|(number, line)| (number, line.to_owned()));
        assert_eq!(shown(&[output]), lines);
        for size in 1..9 {
            assert_eq!(shown(&output.chunks(size).collect::<Vec<_>>()), lines, "in pieces of {size}");
        }
    }

    #[test]
    fn what_only_moves_the_cursor_is_shown() {
        let lines = shown(&[b"\x1b[2Jone\n\x1b[Atwo\n"]);
        assert_eq!(lines, [(1, "one".to_owned()), (2, "two".to_owned())]);
    }
}
