//! A run's output in the pieces in which it came.

use std::fs::File;
use std::io;

use super::error::{Error, Result};
use super::runs::RunDir;
use super::spool::part;
use super::times::{Tick, Ticks};

/// The most that is given at once, in bytes.
const MOST: u64 = 64 * 1024;

/// Something that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Output.
    Bytes(Vec<u8>),
    /// The terminal had another size: columns and rows.
    Size(u16, u16),
}

/// The output of a run, piece by piece; never more than one piece of it is held.
#[derive(Debug)]
pub struct Player {
    run: RunDir,
    output: Option<File>,
    length: u64,
    ticks: Option<Ticks>,
    tick: Option<Tick>,
    at: u64,
    /// The time of what is not told by its times.
    last_ms: u64,
}

impl Player {
    /// Of a run that took so long, where that is known. One that wrote nothing has nothing to play.
    ///
    /// # Errors
    /// Where there is output that cannot be read.
    pub fn open(run: RunDir, took_ms: Option<u64>) -> Result<Self> {
        let output = match File::open(run.output()) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::at("read", &run.output())(error)),
        };
        let length = match &output {
            Some(file) => file.metadata().map_err(Error::at("read", &run.output()))?.len(),
            None => 0,
        };
        let mut ticks = Ticks::open(&run.times());
        let tick = ticks.as_mut().and_then(Iterator::next);
        Ok(Self { run, output, length, ticks, tick, at: 0, last_ms: took_ms.unwrap_or(0) })
    }

    /// When the next piece came, in milliseconds since the run began; none at the end.
    #[must_use]
    pub fn time(&self) -> Option<u64> {
        match self.tick {
            Some(tick) => Some(tick.ms),
            None => (self.at < self.length).then_some(self.last_ms),
        }
    }

    /// The next piece; none at the end. A piece may be empty.
    ///
    /// # Errors
    /// Where the output cannot be read.
    pub fn piece(&mut self) -> Result<Option<Piece>> {
        let to = match self.tick {
            Some(tick) => tick.bytes.min(self.length),
            None if self.at < self.length => self.length,
            None => return Ok(None),
        };
        if self.at < to {
            let end = to.min(self.at + MOST);
            let bytes = match &self.output {
                Some(file) => part(file, self.at, end).map_err(Error::at("read", &self.run.output()))?,
                None => Vec::new(),
            };
            self.at = end;
            if end == to && self.tick.is_some_and(|tick| tick.size.is_none()) {
                self.step();
            }
            return Ok(Some(Piece::Bytes(bytes)));
        }
        let size = self.tick.and_then(|tick| tick.size);
        self.step();
        Ok(Some(size.map_or_else(|| Piece::Bytes(Vec::new()), |(columns, rows)| Piece::Size(columns, rows))))
    }

    fn step(&mut self) {
        self.last_ms = self.last_ms.max(self.tick.map_or(0, |tick| tick.ms));
        self.tick = self.ticks.as_mut().and_then(Iterator::next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(output: &str, times: Option<&str>, took_ms: Option<u64>) -> Vec<(u64, Piece)> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("output"), output).unwrap();
        if let Some(times) = times {
            std::fs::write(folder.path().join("times"), times).unwrap();
        }
        let mut player = Player::open(RunDir::at(folder.path()), took_ms).unwrap();
        let mut pieces = Vec::new();
        while let Some(at) = player.time() {
            pieces.push((at, player.piece().unwrap().unwrap()));
        }
        assert_eq!(player.piece().unwrap(), None);
        pieces
    }

    fn bytes(text: &str) -> Piece {
        Piece::Bytes(text.as_bytes().to_vec())
    }

    #[test]
    fn output_comes_in_its_pieces_and_sizes_between_them() {
        let played = pieces("onetwothree", Some("0 0 80x24\n10 3\n25 6 100x30\n40 11\n"), Some(50));
        let size = |columns, rows| Piece::Size(columns, rows);
        assert_eq!(
            played,
            [(0, size(80, 24)), (10, bytes("one")), (25, bytes("two")), (25, size(100, 30)), (40, bytes("three"))]
        );
    }

    #[test]
    fn what_no_time_tells_of_comes_at_the_end() {
        assert_eq!(pieces("onetwo", Some("10 3\n"), Some(50)), [(10, bytes("one")), (50, bytes("two"))]);
        assert_eq!(pieces("one", None, Some(50)), [(50, bytes("one"))]);
        assert_eq!(pieces("", None, None), []);
    }

    #[test]
    fn much_at_once_is_given_bit_by_bit() {
        let output = "x".repeat(200_000);
        let played = pieces(&output, Some("5 200000\n"), None);
        assert_eq!(played.len(), 4);
        assert!(played.iter().all(|(at, _)| *at == 5));
    }
}
