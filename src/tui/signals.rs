//! Signals to the program, as a stream.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::signal::unix::{Signal as Source, SignalKind, signal};

use crate::tui::message::Signal;
use crate::tui::run::Call;

/// SIGTERM, SIGHUP, SIGINT; SIGTSTP from outside and the SIGCONT after a stop.
pub(crate) struct Signals {
    sources: [(Source, Call); 5],
}

impl Signals {
    /// From here on these signals no longer end or stop the program by themselves.
    ///
    /// # Errors
    /// Where the system refuses a handler.
    pub(crate) fn listen() -> io::Result<Self> {
        let source = |kind: SignalKind, call| signal(kind).map(|source| (source, call));
        Ok(Self {
            sources: [
                source(SignalKind::terminate(), Call::End(Signal::Terminate))?,
                source(SignalKind::hangup(), Call::End(Signal::HangUp))?,
                source(SignalKind::interrupt(), Call::End(Signal::Interrupt))?,
                source(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()), Call::Stop)?,
                source(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()), Call::Continued)?,
            ],
        })
    }
}

impl Stream for Signals {
    type Item = Call;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Call>> {
        for (source, call) in &mut self.sources {
            if let Poll::Ready(Some(())) = source.poll_recv(context) {
                return Poll::Ready(Some(*call));
            }
        }
        Poll::Pending
    }
}
