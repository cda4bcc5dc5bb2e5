//! Between the thread that reads and the one that redacts, sums and writes.
//!
//! A terminal hands over 4 KiB at a time, and only when it was read does the kernel bring the next: whoever reads it must do nothing
//! else. What was read is taken from here in pieces that grow with the flood, so that a prompt is taken at once and a flood in few.

use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// So many bytes are taken at once while more keep coming.
const BATCH: usize = 64 << 10;
/// The most that waits here, in bytes: the disk is slower than the command for longer, and the command waits.
const MOST: usize = 1 << 20;
/// How long a batch may take to fill.
const PACE: Duration = Duration::from_millis(2);
/// The most that one read returns, in bytes.
const READ: usize = 64 << 10;

/// What was read and not taken yet.
pub(in crate::runner) struct Relay {
    shared: Arc<Shared>,
    /// What is being worked on.
    piece: Vec<u8>,
    /// When a batch that is not full is taken all the same.
    next: Instant,
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::runner) enum Came<'a> {
    /// Bytes.
    Bytes(&'a [u8]),
    /// Nothing, for so long.
    Nothing,
    /// The end.
    End,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    /// The other thread sleeps until there are so many; 0 while it works.
    wanted: usize,
    over: bool,
}

impl Relay {
    /// Reads `file` to its end on a thread of its own. The reads block: waiting for readiness first costs three quarters of the rate.
    pub(in crate::runner) fn start(name: &str, mut file: impl Read + Send + 'static) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        Builder::new().name(name.to_owned()).spawn(move || theirs.fill(&mut file))?;
        Ok(Self { shared, piece: Vec::new(), next: Instant::now() })
    }

    /// The next piece, as soon as there is one; while a flood lasts, as soon as it is worth the while. Waits at most so long.
    pub(in crate::runner) fn take(&mut self, patience: Option<Duration>) -> Came<'_> {
        let began = Instant::now();
        let mut state = self.shared.lock();
        let over = loop {
            let now = Instant::now();
            let paced = self.next.saturating_duration_since(now);
            let (wanted, until) = match state.bytes.len() {
                _ if state.over => break state.bytes.is_empty(),
                0 => (1, patience.map(|patience| patience.saturating_sub(now - began))),
                BATCH.. => break false,
                _ if paced.is_zero() => break false,
                _ => (BATCH, Some(paced)),
            };
            if until == Some(Duration::ZERO) {
                return Came::Nothing;
            }
            state.wanted = wanted;
            state = self.shared.wait(state, until);
            state.wanted = 0;
        };
        if over {
            return Came::End;
        }
        self.piece.clear();
        std::mem::swap(&mut self.piece, &mut state.bytes);
        drop(state);
        self.shared.emptied.notify_one();
        self.next = Instant::now() + PACE;
        Came::Bytes(&self.piece)
    }
}

impl Shared {
    fn fill(&self, file: &mut impl Read) {
        let mut buffer = vec![0; READ];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => self.put(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // EIO is how a terminal ends.
                Err(_) => break,
            }
        }
        self.lock().over = true;
        self.filled.notify_one();
    }

    fn put(&self, bytes: &[u8]) {
        let mut state = self.lock();
        while state.bytes.len() + bytes.len() > MOST {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let before = state.bytes.len();
        state.bytes.extend_from_slice(bytes);
        // Waking somebody is not free: only once, and only when that is what was waited for.
        let wake = before < state.wanted && state.bytes.len() >= state.wanted;
        drop(state);
        if wake {
            self.filled.notify_one();
        }
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, until: Option<Duration>) -> MutexGuard<'a, State> {
        match until {
            Some(until) => self.filled.wait_timeout(state, until).unwrap_or_else(PoisonError::into_inner).0,
            None => self.filled.wait(state).unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;

    #[test]
    fn what_is_read_comes_out_in_order_whole_and_ends() {
        let bytes: Vec<u8> = (0..5_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut relay = Relay::start("read", io::Cursor::new(bytes.clone())).unwrap();
        let mut out = Vec::new();
        while let Came::Bytes(piece) = relay.take(None) {
            assert!(piece.len() <= MOST, "{}", piece.len());
            out.extend_from_slice(piece);
        }
        assert!(out == bytes, "{} of {}", out.len(), bytes.len());
        assert_eq!(relay.take(None), Came::End);
    }

    #[test]
    fn a_few_bytes_are_taken_at_once_and_silence_is_told() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        let mut relay = Relay::start("read", theirs).unwrap();
        for word in [&b"Password: "[..], b"?"] {
            ours.write_all(word).unwrap();
            assert_eq!(relay.take(None), Came::Bytes(word));
            assert_eq!(relay.take(Some(Duration::from_millis(5))), Came::Nothing);
        }
        drop(ours);
        assert_eq!(relay.take(None), Came::End);
    }

    #[test]
    fn while_nobody_takes_the_reader_waits_and_memory_is_bounded() {
        struct Endless(Arc<std::sync::atomic::AtomicUsize>);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.fetch_add(buffer.len(), std::sync::atomic::Ordering::Relaxed);
                Ok(buffer.len())
            }
        }
        let read = Arc::default();
        let mut relay = Relay::start("read", Endless(Arc::clone(&read))).unwrap();
        let (mut taken, mut most) = (0, 0);
        while taken < 64 << 20 {
            let Came::Bytes(piece) = relay.take(None) else { panic!("it ended") };
            taken += piece.len();
            // Read and not taken: what waits, and what the reader holds in its hand.
            most = most.max(read.load(std::sync::atomic::Ordering::Relaxed).saturating_sub(taken));
        }
        assert!(most <= MOST + READ, "{most}");
    }
}
