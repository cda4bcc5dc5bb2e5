//! What the shell's hook tells before a command runs: `NONCE NUL PROMPT.NUMBER NUL DIRECTORY NUL TEXT NUL` on the pipe of the asks.
//! The answer is a line, `PROMPT.NUMBER ok` or `PROMPT.NUMBER no WHY`.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};

use memchr::memmem;

/// A line longer than this is nothing anybody typed; in bytes.
const LONGEST: usize = 8 << 20;
/// The longest reason that is told, in bytes: an answer must go into the pipe at once.
const REASON: usize = 1000;

/// The how manieth command at the how manieth prompt it is: several lines that were pasted have one prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) prompt: u64,
    pub(super) number: u64,
}

impl Id {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (prompt, number) = text.split_once('.')?;
        Some(Self { prompt: prompt.parse().ok()?, number: number.parse().ok()? })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.prompt, self.number)
    }
}

/// Something is about to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) id: Id,
    pub(super) directory: String,
    pub(super) text: String,
}

/// Reads asks out of a stream that comes in pieces, and that a Ctrl-C may have torn.
pub(super) struct Asks {
    nonce: Vec<u8>,
    read: Vec<u8>,
}

impl Asks {
    pub(super) fn new(nonce: &str) -> Self {
        Self { nonce: [nonce.as_bytes(), b"\0"].concat(), read: Vec::new() }
    }

    /// Takes the next bytes; gives the asks that are whole.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Ask> {
        self.read.extend_from_slice(bytes);
        let mut asks = Vec::new();
        loop {
            // What stands before a beginning is the rest of one that was torn.
            let Some(start) = memmem::find(&self.read, &self.nonce) else {
                let keep = self.read.len().min(self.nonce.len());
                self.read.drain(..self.read.len() - keep);
                return asks;
            };
            self.read.drain(..start);
            let body = self.read.get(self.nonce.len()..).unwrap_or_default();
            let end = memchr::memchr_iter(0, body).nth(2);
            // Another beginning before the end: this one was torn.
            if let Some(again) = memmem::find(body, &self.nonce).filter(|again| end.is_none_or(|end| *again <= end)) {
                self.read.drain(..self.nonce.len() + again);
                continue;
            }
            let Some(end) = end else {
                if self.read.len() > LONGEST {
                    self.read.clear();
                }
                return asks;
            };
            let fields: Vec<String> =
                body[..end].split(|byte| *byte == 0).map(|field| String::from_utf8_lossy(field).into_owned()).collect();
            if let [id, directory, text] = fields.as_slice()
                && let Some(id) = Id::parse(id)
            {
                asks.push(Ask { id, directory: directory.clone(), text: text.clone() });
            }
            self.read.drain(..=self.nonce.len() + end);
        }
    }
}

/// Reads the pipe as long as anybody wants to know.
pub(super) fn listen(mut pipe: File, nonce: &str, mut tell: impl FnMut(Ask) -> bool) {
    let mut asks = Asks::new(nonce);
    let mut buffer = vec![0; 64 << 10];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                if !asks.push(&buffer[..count]).into_iter().all(&mut tell) {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Answers: it may run, or why it is not recorded.
pub(super) fn answer(mut pipe: &File, id: Id, answer: &Result<(), String>) {
    let line = match answer {
        Ok(()) => format!("{id} ok\n"),
        Err(why) => {
            let why = crate::text::visible::clean(why);
            let mut end = why.len().min(REASON);
            while !why.is_char_boundary(end) {
                end -= 1;
            }
            format!("{id} no {}\n", &why[..end])
        }
    };
    // A shell that is gone waits for nothing.
    drop(pipe.write_all(line.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pieces: &[&[u8]]) -> Vec<(String, String, String)> {
        let mut asks = Asks::new("n0nce");
        let all = pieces.iter().flat_map(|piece| asks.push(piece)).collect::<Vec<_>>();
        all.into_iter().map(|ask| (ask.id.to_string(), ask.directory, ask.text)).collect()
    }

    fn row(id: &str, directory: &str, text: &str) -> (String, String, String) {
        (id.to_owned(), directory.to_owned(), text.to_owned())
    }

    #[test]
    fn asks_are_read_however_the_stream_is_cut() {
        let stream = b"n0nce\x001.2\0/srv\0for i in 1\ndo :\ndone\0n0nce\x001.3\0/\0\0";
        let whole = [row("1.2", "/srv", "for i in 1\ndo :\ndone"), row("1.3", "/", "")];
        assert_eq!(told(&[stream]), whole);
        for cut in 0..stream.len() {
            assert_eq!(told(&[&stream[..cut], &stream[cut..]]), whole, "cut at {cut}");
        }
    }

    #[test]
    fn one_that_was_torn_is_left_out_and_the_next_is_whole() {
        let next = [row("4.1", "/", "ls")];
        for torn in [&b"n0nce\x003.1\0/srv\0ha"[..], b"n0nce\x003.1\0", b"n0n", b"0nce\0x\0"] {
            assert_eq!(told(&[torn, b"n0nce\x004.1\0/\0ls\0"]), next, "{torn:?}");
        }
    }
}
