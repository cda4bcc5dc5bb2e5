//! Is an output what the journal says it was?

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::{Error, Result};
use super::journal::hexadecimal;
use super::session::SessionDir;
use crate::session::run::{RunEnd, RunNo};

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

/// An output held against the end of its run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Length and sha-256 are those of the record, or nothing was printed and there is no file.
    AsRecorded,
    /// The record has no sum to hold it against: the output was never finished.
    NoSum,
    /// It is not what was recorded; how, in a clause that begins with "it".
    Differs(String),
}

/// Holds the file against the record of the run's end. It is streamed, however long it is.
#[must_use]
pub fn hold(path: &Path, end: &RunEnd) -> Held {
    if end.sha256.is_empty() {
        return Held::NoSum;
    }
    match differs(path, end) {
        Ok(None) => Held::AsRecorded,
        Ok(Some(how)) => Held::Differs(how),
        Err(error) if error.kind() == io::ErrorKind::NotFound && end.bytes == 0 => Held::AsRecorded,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Held::Differs("it is missing".to_owned()),
        Err(error) => Held::Differs(format!("it cannot be read: {error}")),
    }
}

/// Runs that have a folder in the session, in order: each was recorded before its folder was made.
///
/// # Errors
/// What the operating system says; that there is no folder of runs is no error.
pub fn folders(dir: &SessionDir) -> Result<Vec<RunNo>> {
    let path = dir.path().join("runs");
    let read = || match fs::read_dir(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(folders) => {
            let names = folders.map(|folder| Ok(folder?.file_name())).collect::<io::Result<Vec<_>>>()?;
            let mut runs: Vec<_> = names.iter().filter_map(|name| Some(RunNo(name.to_str()?.parse().ok()?))).collect();
            runs.sort_unstable();
            Ok(runs)
        }
    };
    read().map_err(Error::at("read", &path))
}

fn differs(path: &Path, end: &RunEnd) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    // Another length is another content; reading it would tell nothing more.
    if bytes != end.bytes {
        return Ok(Some(format!("it is {bytes} bytes long, {} were recorded", end.bytes)));
    }
    let sum = sum(&mut file, bytes)?;
    Ok((!sum.eq_ignore_ascii_case(&end.sha256)).then(|| format!("its sha256 is {sum}, {} was recorded", end.sha256)))
}

fn sum(file: &mut File, bytes: u64) -> io::Result<String> {
    let mut sum = Sha256::new();
    // Most outputs are a few lines: room for more has to be cleared by the kernel each time.
    let mut buffer = vec![0; usize::try_from(bytes).map_or(CHUNK, |bytes| bytes.clamp(1, CHUNK))];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hexadecimal(&sum.finalize())),
            Ok(count) => sum.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::run::Exit;

    fn end(bytes: u64, sha256: &str) -> RunEnd {
        RunEnd {
            exit: Exit::Code(0),
            stopped: None,
            took_ms: 0,
            bytes,
            lines: 0,
            sha256: sha256.to_owned(),
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        }
    }

    fn told(held: Held) -> String {
        let Held::Differs(how) = held else { panic!("{held:?}") };
        how
    }

    #[test]
    fn a_file_is_held_against_length_and_sum() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let content = "x".repeat(CHUNK + 1);
        std::fs::write(file.path(), &content).unwrap();
        let recorded = end(content.len() as u64, &hexadecimal(&Sha256::digest(&content)));
        assert_eq!(hold(file.path(), &recorded), Held::AsRecorded);
        std::fs::write(file.path(), content.replacen('x', "y", 1)).unwrap();
        assert!(told(hold(file.path(), &recorded)).starts_with("its sha256 is "));
        std::fs::write(file.path(), "x").unwrap();
        assert_eq!(told(hold(file.path(), &recorded)), "it is 1 bytes long, 262145 were recorded");
    }

    #[test]
    fn a_missing_file_is_missed_where_something_was_printed() {
        let nowhere = Path::new("/nowhere/output");
        assert_eq!(told(hold(nowhere, &end(1, "ab"))), "it is missing");
        assert_eq!(hold(nowhere, &end(0, "ab")), Held::AsRecorded);
        assert_eq!(hold(nowhere, &end(0, "")), Held::NoSum);
    }
}
