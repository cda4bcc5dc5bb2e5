//! The sum of an output. In a flood it takes as long as everything else together, so it is then taken beside it, by a thread of its own.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use sha2::{Digest as _, Sha256};

/// Most outputs are shorter than so many bytes, and not worth a thread.
const FLOOD: u64 = 1 << 20;
/// So many pieces wait for the thread; then who hands them over waits.
const WAITING: usize = 4;

/// A sha-256 under way.
pub(super) struct Sum {
    /// Up to where the thread took over.
    state: Sha256,
    bytes: u64,
    beside: Option<Beside>,
}

/// The thread, which has the sum from then on.
struct Beside {
    pieces: SyncSender<Vec<u8>>,
    /// Buffers that it is through with.
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<Sha256>,
}

impl Sum {
    /// Of nothing.
    pub(super) fn new() -> Self {
        Self { state: Sha256::new(), bytes: 0, beside: None }
    }

    /// Adds the buffer's bytes, and leaves an empty one.
    pub(super) fn add(&mut self, buffer: &mut Vec<u8>) {
        self.bytes += buffer.len() as u64;
        if let Some(beside) = &self.beside {
            let empty = beside.empty.try_recv().unwrap_or_default();
            // Refused only by a thread that panicked, which the end tells.
            drop(beside.pieces.send(std::mem::replace(buffer, empty)));
            return;
        }
        self.state.update(&buffer);
        buffer.clear();
        if self.bytes > FLOOD {
            // Where there is no other thread to be had, this one goes on.
            self.beside = Beside::start(self.state.clone()).ok();
        }
    }

    /// The sum, lower-case hexadecimal.
    pub(super) fn finish(self) -> String {
        let sum = self.beside.map_or(self.state, |Beside { pieces, thread, .. }| {
            drop(pieces);
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        });
        hexadecimal(&sum.finalize())
    }
}

impl Beside {
    fn start(sum: Sha256) -> std::io::Result<Self> {
        let (pieces, work) = sync_channel(WAITING);
        let (done, empty) = channel();
        let thread = Builder::new().name("sum".to_owned()).spawn(move || take(sum, &work, &done))?;
        Ok(Self { pieces, empty, thread })
    }
}

fn take(mut sum: Sha256, pieces: &Receiver<Vec<u8>>, done: &Sender<Vec<u8>>) -> Sha256 {
    for mut piece in pieces {
        sum.update(&piece);
        piece.clear();
        // Nobody wants it back once the output is over.
        drop(done.send(piece));
    }
    sum
}

/// Lower-case hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_has_the_same_sum_as_the_whole_at_once() {
        let bytes: Vec<u8> = (0..3_u32 << 20).map(|number| number.to_le_bytes()[1]).collect();
        for many in [0, 1, 3 << 20] {
            let mut sum = Sum::new();
            for piece in bytes[..many].chunks(50_000) {
                let mut buffer = piece.to_vec();
                sum.add(&mut buffer);
                assert_eq!(buffer, b"");
            }
            assert_eq!(sum.beside.is_some(), many as u64 > FLOOD);
            assert_eq!(sum.finish(), hexadecimal(&Sha256::digest(&bytes[..many])));
        }
    }
}
