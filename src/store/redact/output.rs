//! The output of a run without the value: its times and its index follow.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::CHUNK;
use crate::session::run::RunEnd;
use crate::store::index::Writer;
use crate::store::journal::hexadecimal;
use crate::store::private;
use crate::store::times::Tick;
use crate::text::redact::{Redactor, Secrets};

/// What an output was and is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    /// Placeholders in it that are new.
    pub(super) places: u64,
    was: Sum,
    is: Sum,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Sum {
    bytes: u64,
    lines: u64,
    sha256: String,
}

impl Sums {
    /// Whether the end told the truth of the output as it was, so that it can of the output as it is. What was altered behind the record's
    /// back is not made sound by this.
    fn told_truly(&self, end: &RunEnd) -> bool {
        end.bytes == self.was.bytes && end.sha256.eq_ignore_ascii_case(&self.was.sha256)
    }

    /// Corrects an end that told the truth.
    pub(super) fn correct(&self, end: &mut RunEnd) -> bool {
        if !self.told_truly(end) {
            return false;
        }
        (end.bytes, end.lines) = (self.is.bytes, self.is.lines);
        end.sha256.clone_from(&self.is.sha256);
        end.redacted += self.places;
        true
    }

    /// The same in a line of the journal, where nothing else of it is touched.
    pub(super) fn correct_line(&self, line: &[u8], end: &RunEnd) -> Option<Vec<u8>> {
        let mut new = end.clone();
        if !self.correct(&mut new) {
            return None;
        }
        let text = std::str::from_utf8(line).ok()?;
        let told =
            |end: &RunEnd| format!("\"bytes\":{},\"lines\":{},\"sha256\":\"{}\"", end.bytes, end.lines, end.sha256);
        let (from, to) = (told(end), told(&new));
        let counted = |end: &RunEnd| format!("\"redacted\":{},\"carried\"", end.redacted);
        if !text.contains(&from) {
            return None;
        }
        Some(text.replacen(&from, &to, 1).replacen(&counted(end), &counted(&new), 1).into_bytes())
    }
}

/// In how many places the value stands in a file.
pub(super) fn places(secrets: &Secrets, path: &Path) -> io::Result<u64> {
    let mut redactor = Redactor::new(secrets);
    let mut file = File::open(path)?;
    let (mut buffer, mut out) = (vec![0; CHUNK], Vec::new());
    loop {
        let count = file.read(&mut buffer)?;
        out.clear();
        if count == 0 {
            redactor.finish(&mut out);
            return Ok(redactor.count());
        }
        redactor.push(buffer.get(..count).unwrap_or_default(), &mut out);
    }
}

/// Writes an output anew, with its index and its times.
pub(super) fn rewrite(secrets: &Secrets, from: &Path, to: &Path) -> io::Result<Sums> {
    let ticks = ticks(&from.with_file_name("times"))?;
    let mut old = File::open(from)?;
    let mut new = Rewriting::begin(secrets, to)?;
    let mut moved = Vec::with_capacity(ticks.len());
    let mut buffer = vec![0; CHUNK];
    for tick in &ticks {
        while new.old < tick.bytes {
            let want = usize::try_from(tick.bytes - new.old).unwrap_or(CHUNK).min(CHUNK);
            let count = old.read(&mut buffer[..want])?;
            if count == 0 {
                break;
            }
            new.take(&buffer[..count])?;
        }
        moved.push((new.old, new.written, new.redactor.held() as u64));
    }
    loop {
        let count = old.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        new.take(&buffer[..count])?;
    }
    let end = new.old;
    let sums = new.finish()?;
    let (old, written) = (File::open(from)?, File::open(to)?);
    let mut times = BufWriter::new(fresh(&to.with_file_name("times"))?);
    for (tick, (at, place, held)) in ticks.iter().zip(moved) {
        let bytes = if at == end { sums.is.bytes } else { place + verbatim(&old, at - held, &written, place, held)? };
        match tick.size {
            Some((columns, rows)) => writeln!(times, "{} {bytes} {columns}x{rows}", tick.ms)?,
            None => writeln!(times, "{} {bytes}", tick.ms)?,
        }
    }
    times.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    File::open(to.with_file_name("index"))?.sync_all()?;
    Ok(sums)
}

/// What was held back when a time was taken came out as it was, unless it turned out to be the value.
fn verbatim(old: &File, from: u64, new: &File, to: u64, length: u64) -> io::Result<u64> {
    let size = usize::try_from(length).map_err(io::Error::other)?;
    let (mut one, mut other) = (vec![0; size], vec![0; size]);
    old.read_exact_at(&mut one, from)?;
    Ok(if new.read_exact_at(&mut other, to).is_ok() && one == other { length } else { 0 })
}

fn ticks(path: &Path) -> io::Result<Vec<Tick>> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(file) => {
            let lines = BufReader::new(file).split(b'\n');
            let mut ticks = Vec::new();
            for line in lines {
                ticks.extend(std::str::from_utf8(&line?).ok().and_then(Tick::parse));
            }
            Ok(ticks)
        }
    }
}

fn fresh(path: &Path) -> io::Result<File> {
    private::options().write(true).create(true).truncate(true).open(path)
}

/// An output that is being written anew.
struct Rewriting {
    redactor: Redactor,
    file: File,
    index: Writer,
    clean: Vec<u8>,
    /// Bytes that were read, and their sum.
    old: u64,
    newlines: u64,
    was: Sha256,
    /// And written.
    written: u64,
    is: Sha256,
}

impl Rewriting {
    fn begin(secrets: &Secrets, path: &Path) -> io::Result<Self> {
        Ok(Self {
            redactor: Redactor::new(secrets),
            file: fresh(path)?,
            index: Writer::begin(&path.with_file_name("index")),
            clean: Vec::new(),
            old: 0,
            newlines: 0,
            was: Sha256::new(),
            written: 0,
            is: Sha256::new(),
        })
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.old += bytes.len() as u64;
        self.newlines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.was.update(bytes);
        self.redactor.push(bytes, &mut self.clean);
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.write_all(&self.clean)?;
        self.is.update(&self.clean);
        self.index.grew(&self.clean);
        self.written += self.clean.len() as u64;
        self.clean.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<Sums> {
        self.redactor.finish(&mut self.clean);
        self.write()?;
        self.file.sync_all()?;
        Ok(Sums {
            places: self.redactor.count(),
            was: Sum { bytes: self.old, lines: self.newlines, sha256: hexadecimal(&self.was.finalize()) },
            is: Sum { bytes: self.written, lines: self.index.newlines(), sha256: hexadecimal(&self.is.finalize()) },
        })
    }
}
