//! What was typed, on its way to the terminal. Writing may block for as long as the command does not read, so a thread of its own does it.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// This many portions of keys wait at most.
const WAITING: usize = 64;
/// A portion is at most this long, in bytes; what is longer is cut into portions.
const PORTION: usize = 1024;

/// The near end of the queue.
pub(super) struct Keys {
    queue: SyncSender<(u32, Vec<u8>)>,
    /// Which run keys are for; 0 for none. Keys for another are thrown away, also those in the queue.
    current: Arc<Mutex<u32>>,
}

impl Keys {
    /// Starts the thread.
    pub(super) fn start(master: File) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(WAITING);
        let current = Arc::new(Mutex::new(0));
        let run = Arc::clone(&current);
        std::thread::Builder::new().name("keys".to_owned()).spawn(move || write(&master, &waiting, &run))?;
        Ok(Self { queue, current })
    }

    /// From here on keys are for this run; 0 for none. When this returns, no key for another is on its way any more.
    pub(super) fn are_for(&self, run: u32) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = run;
    }

    /// Types; false where the queue is full and the rest was thrown away.
    pub(super) fn press(&self, bytes: &[u8]) -> bool {
        let run = *self.current.lock().unwrap_or_else(PoisonError::into_inner);
        bytes
            .chunks(PORTION)
            .all(|part| !matches!(self.queue.try_send((run, part.to_vec())), Err(TrySendError::Full(_))))
    }
}

fn write(master: &File, waiting: &Receiver<(u32, Vec<u8>)>, current: &Mutex<u32>) {
    for (run, keys) in waiting {
        let mut keys = keys.iter();
        let mut key = keys.next();
        while let Some(byte) = key {
            // Waits without the lock, so that the end of the run does not have to.
            if !is_ready(master, 100) {
                if *current.lock().unwrap_or_else(PoisonError::into_inner) != run {
                    break;
                }
                continue;
            }
            let held = current.lock().unwrap_or_else(PoisonError::into_inner);
            if *held != run {
                break;
            }
            // One at a time: a terminal that is ready takes one without blocking, and nobody else writes here.
            if is_ready(master, 0) && (&mut &*master).write(&[*byte]).is_ok() {
                key = keys.next();
            }
        }
    }
}

/// Whether the terminal takes a key, now or within so many milliseconds.
fn is_ready(master: &File, milliseconds: i64) -> bool {
    let wait = Timespec { tv_sec: 0, tv_nsec: milliseconds * 1_000_000 };
    let mut fds = [PollFd::new(master, PollFlags::OUT)];
    matches!(poll(&mut fds, Some(&wait)), Ok(1..)) && fds[0].revents().contains(PollFlags::OUT)
}
