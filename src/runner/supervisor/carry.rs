//! Environment and directory, carried over from run to run as in one shell. Values only in memory.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::prelude::VARIABLE;
use crate::runner::client::Lost;
use crate::session::run::RunNo;

/// So many end states wait for the word that their run passed, and so many starts for a retry.
const REMEMBERED: usize = 256;

/// Variables by name.
pub(super) type Environment = BTreeMap<OsString, OsString>;

/// Where a run starts: the state of the lane's imagined shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// The directory.
    pub(super) directory: PathBuf,
    /// The environment.
    pub(super) environment: Environment,
}

/// The lane's state, and those of runs that may still be asked for.
pub(super) struct Carry {
    first: Arc<State>,
    now: Arc<State>,
    starts: BTreeMap<RunNo, Arc<State>>,
    ends: BTreeMap<RunNo, Arc<State>>,
    /// Whose end the present state is.
    kept: Option<RunNo>,
}

impl Carry {
    /// The lane's first state.
    pub(super) fn new(first: State) -> Self {
        let first = Arc::new(first);
        Self { now: Arc::clone(&first), first, starts: BTreeMap::new(), ends: BTreeMap::new(), kept: None }
    }

    /// Where a run starts: at the present state, or where `as_before` started. False where this lane does not know that run; then it
    /// is the present state too.
    pub(super) fn start(&mut self, run: RunNo, as_before: Option<RunNo>) -> (Arc<State>, bool) {
        let before = as_before.map(|before| self.starts.get(&before));
        let known = before != Some(None);
        let state = Arc::clone(before.flatten().unwrap_or(&self.now));
        self.starts.insert(run, Arc::clone(&state));
        forget(&mut self.starts);
        (state, known)
    }

    /// What the shell of a run told when it ended. False where it cannot be read.
    pub(super) fn ended(&mut self, run: RunNo, report: Option<State>, given: &Environment) -> bool {
        let Some(start) = self.starts.get(&run) else { return false };
        let Some(State { directory, environment }) = report else { return false };
        let end = State { directory, environment: merge(&start.environment, environment, given) };
        self.ends.insert(run, Arc::new(end));
        forget(&mut self.ends);
        true
    }

    /// The run passed: its end is the lane's state. What may be written about it; none where its end is not known.
    pub(super) fn keep(&mut self, run: RunNo) -> Option<Lost> {
        self.now = self.ends.remove(&run)?;
        self.kept = Some(run);
        self.lost()
    }

    /// What would be lost with this; none where nothing was carried over.
    pub(super) fn lost(&self) -> Option<Lost> {
        let changed =
            self.now.environment.iter().filter(|(name, value)| self.first.environment.get(*name) != Some(value));
        Some(Lost {
            run: self.kept?,
            directory: self.now.directory.to_string_lossy().into_owned(),
            names: changed.map(|(name, _)| name.to_string_lossy().into_owned()).collect(),
        })
    }
}

fn forget(states: &mut BTreeMap<RunNo, Arc<State>>) {
    while states.len() > REMEMBERED {
        states.pop_first();
    }
}

/// Reads a report of this machine: `CRC LENGTH;BASE64`, as `cksum` and `base64` write them. Inside: the directory, a newline, NUL, and
/// `env -0`.
pub(super) fn read(report: &[u8]) -> Option<State> {
    let mut state = checked(report)?;
    state.retain(|byte| *byte != b'\n');
    let text = STANDARD.decode(state).ok()?;
    let mut parts = text.split(|byte| *byte == 0);
    let directory = parts.next()?.strip_suffix(b"\n")?;
    state_of(directory, parts)
}

/// Reads a report of another machine: `CRC LENGTH;HEX`, as `cksum` and `od` write them. Inside: the directory, and each variable, with
/// a line behind each that is the lane's nonce, which no value holds.
pub(super) fn read_far(report: &[u8], nonce: &str) -> Option<State> {
    parse_far(&checked(report)?, nonce)
}

/// Reads what is inside such a report.
pub(super) fn parse_far(digits: &[u8], nonce: &str) -> Option<State> {
    let mut text = Vec::with_capacity(digits.len() / 3);
    let mut digits = digits.iter().filter(|byte| !byte.is_ascii_whitespace());
    while let Some(high) = digits.next() {
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        text.push(digit(high)? << 4 | digit(digits.next()?)?);
    }
    let line = format!("\n{nonce}\n").into_bytes();
    let mut parts = Vec::new();
    let mut rest = text.as_slice();
    while let Some(at) = memchr::memmem::find(rest, &line) {
        parts.push(&rest[..at]);
        rest = &rest[at + line.len()..];
    }
    let (directory, variables) = parts.split_first()?;
    state_of(directory, variables.iter().copied())
}

/// The encoded part of a report, where its sum is right.
fn checked(report: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memchr(b';', report)?;
    let (sum, state) = (std::str::from_utf8(&report[..at]).ok()?, &report[at + 1..]);
    // A terminal that translates newlines did so here too.
    let mut state: Vec<u8> = state.iter().copied().filter(|byte| *byte != b'\r').collect();
    let mut numbers = sum.split_ascii_whitespace().map(str::parse::<u64>);
    let (crc, length) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    // The shell hands the text over as a document, which ends in a newline.
    state.push(b'\n');
    (length == state.len() as u64 && crc == u64::from(cksum(&state))).then_some(state)
}

fn state_of<'a>(directory: &[u8], variables: impl Iterator<Item = &'a [u8]>) -> Option<State> {
    if !directory.starts_with(b"/") {
        return None;
    }
    let variables = variables.filter_map(|part| {
        let at = memchr::memchr(b'=', part)?;
        Some((OsString::from_vec(part[..at].to_vec()), OsString::from_vec(part[at + 1..].to_vec())))
    });
    let directory = PathBuf::from(OsString::from_vec(directory.to_vec()));
    Some(State { directory, environment: variables.collect() })
}

/// The environment after a run: what the shell told, except what was only lent to it. What was given for this run (variables in force,
/// the step's own, pagers) and came back unchanged is not the command's doing; nor is what every shell sets for itself.
fn merge(before: &Environment, told: Environment, given: &Environment) -> Environment {
    let mut after = Environment::new();
    for (name, value) in told {
        if !is_passing(&name) && given.get(&name) != Some(&value) {
            after.insert(name, value);
        }
    }
    for (name, value) in before {
        if is_passing(name) || given.contains_key(name) {
            after.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    after
}

/// Variables that belong to a shell, a terminal or a connection, and not to what an operator set.
pub(super) fn is_passing(name: &OsStr) -> bool {
    let name = name.as_bytes();
    matches!(name, b"PWD" | b"OLDPWD" | b"SHLVL" | b"_" | b"TERM" | b"COLUMNS" | b"LINES")
        || [&b"SUDO_"[..], b"SSH_", b"BASH_FUNC_", b"__stanch", VARIABLE.as_bytes()]
            .iter()
            .any(|head| name.starts_with(head))
}

/// The sum that POSIX `cksum` prints.
fn cksum(bytes: &[u8]) -> u32 {
    let mut length = bytes.len();
    let tail = std::iter::from_fn(move || {
        #[expect(clippy::cast_possible_truncation, reason = "the sum takes the length byte by byte")]
        let byte = length as u8;
        let more = length > 0;
        length >>= 8;
        more.then_some(byte)
    });
    !bytes.iter().copied().chain(tail).fold(0_u32, |mut crc, byte| {
        crc ^= u32::from(byte) << 24;
        for _ in 0..8 {
            crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ 0x04c1_1db7 };
        }
        crc
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
    }

    fn report(text: &[u8]) -> Vec<u8> {
        let state = STANDARD.encode(text);
        let document = format!("{state}\n");
        format!("{} {};{state}", cksum(document.as_bytes()), document.len()).into_bytes()
    }

    #[test]
    fn the_sum_is_the_one_of_posix() {
        assert_eq!(cksum(b""), 4_294_967_295);
        assert_eq!(cksum(b"123456789"), 930_766_865);
    }

    #[test]
    fn a_report_is_read_and_a_damaged_one_is_not() {
        let whole = report(b"/srv/a b\n\0A=1\0B=two\nlines\0");
        let State { directory, environment: told } = read(&whole).unwrap();
        assert_eq!(directory, PathBuf::from("/srv/a b"));
        assert_eq!(told, environment(&[("A", "1"), ("B", "two\nlines")]));
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            assert_eq!(read(&damaged), None, "byte {at}");
        }
    }

    #[test]
    fn what_was_only_lent_does_not_carry_over() {
        let before = environment(&[("KEPT", "old"), ("GONE", "x"), ("LENT", "mine"), ("SSH_AUTH_SOCK", "/agent")]);
        let given = environment(&[("LENT", "step"), ("PAGER", "cat"), ("CHANGED", "a")]);
        let told = environment(&[
            ("KEPT", "old"),
            ("LENT", "step"),
            ("PAGER", "cat"),
            ("CHANGED", "b"),
            ("NEW", "1"),
            ("PWD", "/x"),
            ("SUDO_USER", "root"),
        ]);
        let after = merge(&before, told, &given);
        let expected = [("KEPT", "old"), ("LENT", "mine"), ("CHANGED", "b"), ("NEW", "1"), ("SSH_AUTH_SOCK", "/agent")];
        assert_eq!(after, environment(&expected));
    }

    #[test]
    fn only_a_kept_run_moves_the_lane_and_a_retry_starts_where_its_run_started() {
        let first = State { directory: "/".into(), environment: Environment::new() };
        let mut carry = Carry::new(first.clone());
        let none = Environment::new();
        assert_eq!(*carry.start(RunNo(1), None).0, first);
        assert!(carry.ended(RunNo(1), read(&report(b"/one\n\0A=1\0")), &none));
        assert_eq!(*carry.start(RunNo(2), None).0, first);
        let lost = carry.keep(RunNo(1)).unwrap();
        assert_eq!((lost.directory.as_str(), lost.names), ("/one", vec!["A".to_owned()]));
        assert_eq!(carry.start(RunNo(3), None).0.directory, PathBuf::from("/one"));
        assert_eq!(*carry.start(RunNo(4), Some(RunNo(2))).0, first);
        assert!(!carry.start(RunNo(5), Some(RunNo(99))).1);
        assert_eq!(carry.keep(RunNo(4)), None);
    }
}
