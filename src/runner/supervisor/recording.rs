//! The record of one run: its output as it is kept, its times, its sum.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::clock::boot_ms;
use super::keeper::Keeper;
use super::passed::Passed;
use super::sum::Sum;
use crate::session::run::RunNo;
use crate::store::index::Writer;
use crate::store::private;
use crate::text::foreword::{CLOSING, OPENING};
use crate::text::redact::{Redactor, Secrets};

/// At most one line of `times` in so many milliseconds.
const TIMES_EVERY_MS: u64 = 30;
/// A secret output longer than this is no secret but a mistake.
const CAPTURE_AT_MOST: usize = 64 << 10;

/// Where bytes of a run came from. Each source is redacted by itself, so that one cannot cut the other's secret in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::runner) enum Source {
    /// The terminal.
    Terminal,
    /// The pipe of standard output and error.
    Pipe,
    /// The pipe of a standard output that is a secret.
    Secret,
}

/// Whether a connection is being made, and has said something.
#[derive(Default, PartialEq, Eq)]
enum Call {
    #[default]
    None,
    Silent,
    Told,
}

/// The record under way.
pub(in crate::runner) struct Recording {
    /// Of this run.
    pub(in crate::runner) run: RunNo,
    keeper: Keeper,
    times: Times,
    sum: Sum,
    index: Writer,
    terminal: Redactor,
    pipe: Redactor,
    clean: Vec<u8>,
    captured: Vec<u8>,
    /// Bytes of a secret output, which are not kept on purpose.
    unshown: u64,
    secret: bool,
    call: Call,
    /// The last byte kept.
    last: u8,
    /// What comes through the pipe is on record up to here.
    passed: Option<Passed>,
}

/// What a finished record adds up to.
#[derive(Default)]
pub(in crate::runner) struct Tally {
    /// Bytes in `output`.
    pub(in crate::runner) bytes: u64,
    /// Newlines in it.
    pub(in crate::runner) lines: u64,
    /// Its sha-256, lower-case hexadecimal.
    pub(in crate::runner) sha256: String,
    /// Bytes that came and are not in it.
    pub(in crate::runner) dropped: u64,
    /// Placeholders in it.
    pub(in crate::runner) redacted: u64,
    /// The secret output, where it was short enough.
    pub(in crate::runner) secret: Option<String>,
}

impl Recording {
    /// Begins the record in the folder of the run.
    ///
    /// # Errors
    /// `AlreadyExists` where that run has a record: nothing is run twice.
    pub(in crate::runner) fn begin(folder: &Path, run: RunNo, secrets: &Secrets, secret: bool) -> io::Result<Self> {
        let keeper = Keeper::create(&folder.join("output"))?;
        Ok(Self { keeper, times: Times::begin(&folder.join("times")), secret, ..Self::over(folder, run, secrets) })
    }

    /// Whatever it is kept in.
    fn over(folder: &Path, run: RunNo, secrets: &Secrets) -> Self {
        Self {
            run,
            keeper: Keeper::none(),
            times: Times::none(),
            sum: Sum::new(),
            index: Writer::begin(&folder.join("index")),
            terminal: Redactor::new(secrets),
            pipe: Redactor::new(secrets),
            clean: Vec::with_capacity(128 << 10),
            captured: Vec::new(),
            unshown: 0,
            secret: false,
            call: Call::None,
            last: b'\n',
            passed: None,
        }
    }

    /// Goes on with the record of a run whose keeper died. All that the run wrote comes once more through the pipe; what is on record
    /// already is not kept twice.
    ///
    /// # Errors
    /// Where the output cannot be read.
    pub(in crate::runner) fn go_on(folder: &Path, run: RunNo, secrets: &Secrets) -> io::Result<Self> {
        let path = folder.join("output");
        let mut recording = Self {
            keeper: Keeper::append(&path, u64::MAX),
            times: Times::go_on(folder),
            passed: Some(Passed::open(&path)?),
            ..Self::over(folder, run, secrets)
        };
        let mut output = File::open(&path)?;
        let mut piece = Vec::new();
        while (&mut output).take(1 << 20).read_to_end(&mut piece)? > 0 {
            recording.last = *piece.last().unwrap_or(&recording.last);
            recording.index.grew(&piece);
            // Leaves an empty one.
            recording.sum.add(&mut piece);
        }
        Ok(recording)
    }

    /// These are not to be written from now on.
    pub(in crate::runner) fn hide(&mut self, secrets: &Secrets) {
        self.clean.clear();
        for redactor in [&mut self.terminal, &mut self.pipe] {
            redactor.hide(secrets, &mut self.clean);
        }
        self.keep();
    }

    /// What comes from now on is what a connection says before the command begins.
    pub(in crate::runner) fn calling(&mut self) {
        self.call = Call::Silent;
    }

    /// The command begins.
    pub(in crate::runner) fn called(&mut self) {
        if std::mem::take(&mut self.call) != Call::Told {
            return;
        }
        self.clean.clear();
        self.terminal.quiet(&mut self.clean);
        if *self.clean.last().unwrap_or(&self.last) != b'\n' {
            self.clean.push(b'\n');
        }
        self.clean.extend_from_slice(CLOSING);
        self.keep();
    }

    /// Takes bytes as they came.
    pub(in crate::runner) fn push(&mut self, source: Source, bytes: &[u8]) {
        self.clean.clear();
        if self.call == Call::Silent {
            self.call = Call::Told;
            self.clean.extend_from_slice(OPENING);
        }
        match source {
            Source::Terminal => self.terminal.push(bytes, &mut self.clean),
            Source::Pipe => {
                self.pipe.push(bytes, &mut self.clean);
                self.pass_over();
            }
            Source::Secret => {
                self.keeper.drop_bytes(bytes.len() as u64);
                self.unshown += bytes.len() as u64;
                let room = (CAPTURE_AT_MOST + 1).saturating_sub(self.captured.len());
                self.captured.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
        }
        self.keep();
    }

    /// Nothing came from there for a while.
    pub(in crate::runner) fn quiet(&mut self, source: Source) {
        self.clean.clear();
        match source {
            Source::Terminal => self.terminal.quiet(&mut self.clean),
            Source::Pipe => {
                self.pipe.quiet(&mut self.clean);
                self.pass_over();
            }
            Source::Secret => {}
        }
        self.keep();
        self.times.flush(self.keeper.kept());
    }

    /// The terminal has another size from here on: what is drawn now is meant for that.
    pub(in crate::runner) fn resized(&mut self, columns: u16, rows: u16) {
        self.times.resized(self.keeper.kept(), columns, rows);
    }

    /// Bytes in `output` so far.
    pub(in crate::runner) fn bytes(&self) -> u64 {
        self.keeper.kept()
    }

    /// Bytes that could not be kept so far, and the last of them.
    pub(in crate::runner) fn unkept(&self) -> (u64, &[u8]) {
        (self.keeper.dropped() - self.unshown, self.keeper.last_lost())
    }

    /// What went wrong with keeping it, told once.
    pub(in crate::runner) fn trouble(&mut self) -> Option<String> {
        self.keeper.trouble()
    }

    /// No more will come.
    pub(in crate::runner) fn finish(mut self) -> Tally {
        self.clean.clear();
        self.terminal.finish(&mut self.clean);
        self.keep();
        self.pipe.finish(&mut self.clean);
        self.pass_over();
        self.keep();
        self.times.flush(self.keeper.kept());
        let whole = self.secret && self.captured.len() <= CAPTURE_AT_MOST;
        Tally {
            bytes: self.keeper.kept(),
            lines: self.index.newlines(),
            sha256: self.sum.finish(),
            dropped: self.keeper.dropped(),
            redacted: self.terminal.count() + self.pipe.count(),
            secret: whole.then(|| String::from_utf8_lossy(&self.captured).into_owned()),
        }
    }

    /// Takes out what is on record already.
    fn pass_over(&mut self) {
        let Some(passed) = &mut self.passed else { return };
        let known = passed.same(&self.clean);
        self.clean.drain(..known);
        if !self.clean.is_empty() {
            self.passed = None;
        }
    }

    fn keep(&mut self) {
        if self.clean.is_empty() {
            return;
        }
        let kept = self.keeper.keep(&self.clean);
        self.clean.truncate(kept);
        self.last = *self.clean.last().unwrap_or(&self.last);
        self.index.grew(&self.clean);
        self.sum.add(&mut self.clean);
        self.times.grew(self.keeper.kept());
    }
}

/// How long ago the run in this folder was started, in milliseconds, where its own keeper is not there to say.
pub(in crate::runner) fn age_ms(folder: &Path) -> u64 {
    let made = std::fs::metadata(folder.join("command.json")).and_then(|command| command.modified());
    let age = made.ok().and_then(|made| made.elapsed().ok()).unwrap_or_default();
    u64::try_from(age.as_millis()).unwrap_or(u64::MAX)
}

/// The file `times`. Where it cannot be written the output still is: it only tells less.
struct Times {
    file: Option<File>,
    began: u64,
    last: Option<(u64, u64)>,
}

impl Times {
    fn begin(path: &Path) -> Self {
        let file = private::options().create(true).write(true).truncate(true).open(path).ok();
        Self { file, began: boot_ms(), last: None }
    }

    fn none() -> Self {
        Self { file: None, began: boot_ms(), last: None }
    }

    /// Goes on with those of a run whose keeper died.
    fn go_on(folder: &Path) -> Self {
        let path = folder.join("times");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let last = text.lines().last().and_then(|line| {
            let mut words = line.split(' ');
            Some((words.next()?.parse::<u64>().ok()?, words.next()?.parse::<u64>().ok()?))
        });
        let file = private::options().create(true).append(true).open(path).ok();
        // A clock that was set must not make time run backwards.
        let gone = age_ms(folder).max(last.map_or(0, |(at, _)| at));
        Self { file, began: boot_ms().saturating_sub(gone), last }
    }

    /// The output ends at `offset` now. Written at once, unless the last line is too young; then the next growth or the quiet brings it.
    fn grew(&mut self, offset: u64) {
        let now = boot_ms() - self.began;
        // Output that is not kept is no growth: where the disk has no room for it, it has none for this either.
        if self.last.is_none_or(|(at, written)| offset > written && now >= at + TIMES_EVERY_MS) {
            self.write(now, offset);
        }
    }

    fn flush(&mut self, offset: u64) {
        if self.last.map_or(0, |(_, written)| written) != offset {
            self.write(boot_ms() - self.began, offset);
        }
    }

    fn resized(&mut self, offset: u64, columns: u16, rows: u16) {
        let now = boot_ms() - self.began;
        self.last = Some((now, offset));
        self.line(format_args!("{now} {offset} {columns}x{rows}"));
    }

    fn write(&mut self, now: u64, offset: u64) {
        self.last = Some((now, offset));
        self.line(format_args!("{now} {offset}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        if let Some(file) = &mut self.file
            && writeln!(file, "{line}").is_err()
        {
            self.file = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_grow_only_while_the_output_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("times");
        let mut times = Times::begin(&path);
        for offset in [5, 5, 5, 9, 9] {
            // Long ago.
            times.began = times.began.saturating_sub(1000);
            times.grew(offset);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let offsets: Vec<_> = text.lines().filter_map(|line| line.split(' ').nth(1)).collect();
        assert_eq!(offsets, ["5", "9"]);
    }
}
