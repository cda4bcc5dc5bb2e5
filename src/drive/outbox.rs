//! News on their way to the screen. Whoever has something to tell never waits for a screen that does not listen: neither the journal
//! nor the keys of a command may stand still because of it.

use std::sync::mpsc::{Sender, channel};

use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TrySendError;

use super::error::{Error, Result};
use super::news::News;

/// How many news are handed over before the screen takes them.
const HANDED_OVER: usize = 256;

/// Where news are told.
#[derive(Clone)]
pub(super) struct Outbox {
    /// Without an end: what stands here is as much as happened, never what a command wrote.
    queue: Sender<News>,
    screen: tokio::sync::mpsc::Sender<News>,
}

impl Outbox {
    /// A new one, and where the screen hears it.
    ///
    /// # Errors
    /// Where its thread cannot be started.
    pub(super) fn open() -> Result<(Self, Receiver<News>)> {
        let (screen, heard) = tokio::sync::mpsc::channel(HANDED_OVER);
        let (queue, waiting) = channel();
        let to_screen = screen.clone();
        std::thread::Builder::new()
            .name("outbox".to_owned())
            .spawn(move || {
                for news in waiting {
                    if to_screen.blocking_send(news).is_err() {
                        break;
                    }
                }
            })
            .map_err(Error::io("start the thread of the outbox"))?;
        Ok((Self { queue, screen }, heard))
    }

    /// Tells the screen, in the order of telling. Never waits.
    pub(super) fn tell(&self, news: News) {
        // Nobody listens any more when the screen is gone; the record goes on.
        drop(self.queue.send(news));
    }

    /// Tells what something newer will replace; false where the screen is behind, and nothing was told.
    pub(super) fn offer(&self, news: News) -> bool {
        !matches!(self.screen.try_send(news), Err(TrySendError::Full(_)))
    }
}
