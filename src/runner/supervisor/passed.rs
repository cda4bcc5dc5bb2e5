//! What is on record already of an output that comes once more from its beginning.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Take};
use std::path::Path;

use memchr::memmem::find;

use crate::text::foreword::{CLOSING, OPENING};

/// The rest of it.
pub(super) struct Passed(Take<BufReader<File>>);

impl Passed {
    /// Of this output, without what its connection said first: that does not come again.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let begin = foreword(&mut file)?;
        file.seek(SeekFrom::Start(begin))?;
        // What is appended from now on has not come yet.
        Ok(Self(BufReader::new(file).take(length.saturating_sub(begin))))
    }

    /// How many of these bytes are the next ones on record. Where they are not all, the rest of the record is another.
    pub(super) fn same(&mut self, mut bytes: &[u8]) -> usize {
        let mut count = 0;
        while !bytes.is_empty() {
            // What cannot be read is not known to be there.
            let Ok(known) = self.0.fill_buf() else { break };
            let alike = known.iter().zip(bytes).take_while(|(known, byte)| known == byte).count();
            let differs = alike < known.len().min(bytes.len());
            let over = known.is_empty();
            self.0.consume(alike);
            bytes = &bytes[alike..];
            count += alike;
            if differs || over {
                break;
            }
        }
        count
    }
}

/// Where the command's own output begins.
fn foreword(file: &mut File) -> io::Result<u64> {
    /// What a connection says is shorter; and if it was not, the output is kept twice, not lost.
    const ENOUGH: u64 = 1 << 20;
    let mut head = Vec::new();
    file.take(ENOUGH).read_to_end(&mut head)?;
    let end = head.starts_with(OPENING).then(|| find(&head, CLOSING)).flatten();
    Ok(end.map_or(0, |end| (end + CLOSING.len()) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(record: &[u8]) -> Passed {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), record).unwrap();
        Passed::open(file.path()).unwrap()
    }

    #[test]
    fn what_comes_again_is_known_however_it_is_cut() {
        let record = [OPENING, b"Password:\n", CLOSING, b"one\ntwo\n"].concat();
        for size in 1..12 {
            let mut passed = of(&record);
            let sums = b"one\ntwo\nthree\n".chunks(size).map(|piece| passed.same(piece)).sum::<usize>();
            assert_eq!(sums, 8, "in pieces of {size}");
        }
    }

    #[test]
    fn from_the_first_difference_on_nothing_is_known() {
        assert_eq!(of(b"one\ntwo\n").same(b"one\nTwo\n"), 4);
        assert_eq!(of(b"").same(b"one"), 0);
    }
}
