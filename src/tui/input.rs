//! What is typed at the terminal, as a stream that can be left alone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use ratatui::crossterm::event::{Event, EventStream};

use crate::tui::run::Input;

/// The events of the real terminal.
pub(crate) struct RealInput(Option<EventStream>);

impl RealInput {
    /// From here on what is typed is read.
    pub(crate) fn new() -> Self {
        Self(Some(EventStream::new()))
    }
}

impl Stream for RealInput {
    type Item = io::Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.0 {
            Some(events) => Pin::new(events).poll_next(context),
            None => Poll::Pending,
        }
    }
}

impl Input for RealInput {
    fn rest(&mut self) {
        // Its thread would go on reading the terminal.
        self.0 = None;
    }

    fn wake(&mut self) {
        self.0.get_or_insert_with(EventStream::new);
    }
}
