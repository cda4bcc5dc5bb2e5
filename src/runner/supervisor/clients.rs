//! Those who listen: screens, mostly one. None of them can hold the supervisor up.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::control::Event;
use crate::runner::protocol::{Notice, Reply, Request};

/// So many lines wait for a slow client; one that is slower is hung up on.
const WAITING: usize = 256;
/// A request is at most this long, in bytes: a command and its values.
const LONGEST: u64 = 16 << 20;

/// One of them.
struct Client {
    queue: SyncSender<String>,
    stream: UnixStream,
    writer: JoinHandle<()>,
    greeted: bool,
    /// It closed the lane.
    closed: bool,
    growth: Growth,
}

/// What a client knows of growth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Growth {
    /// It heard of the last, and is told of the next.
    Heard,
    /// It was told and did not say yet that it heard.
    Told,
    /// And there was growth since that it was not told of.
    Missed,
}

/// All of them.
#[derive(Default)]
pub(super) struct Clients {
    all: BTreeMap<u64, Client>,
}

impl Clients {
    /// Takes one in. It is told nothing before [`greet`](Self::greet).
    pub(super) fn add(&mut self, id: u64, stream: UnixStream) {
        let (queue, lines) = sync_channel(WAITING);
        let Ok(mut own) = stream.try_clone() else { return };
        let writer = Builder::new().name("client".to_owned()).spawn(move || write(&mut own, &lines));
        if let Ok(writer) = writer {
            self.all.insert(id, Client { queue, stream, writer, greeted: false, closed: false, growth: Growth::Heard });
        }
    }

    /// It said hello: from here on it is told everything.
    pub(super) fn greet(&mut self, id: u64, hello: &Reply) {
        if let Some(client) = self.all.get_mut(&id) {
            client.greeted = true;
        }
        self.tell(id, hello);
    }

    /// It is gone.
    pub(super) fn remove(&mut self, id: u64) {
        if let Some(client) = self.all.remove(&id) {
            drop(client.stream.shutdown(Shutdown::Both));
        }
    }

    /// Whether nobody is there.
    pub(super) fn is_empty(&self) -> bool {
        !self.all.values().any(|client| client.greeted)
    }

    /// Tells one.
    pub(super) fn tell(&mut self, id: u64, reply: &Reply) {
        let Ok(mut line) = serde_json::to_string(reply) else { return };
        line.push('\n');
        if self.all.get(&id).is_some_and(|client| client.queue.try_send(line).is_err()) {
            self.remove(id);
        }
    }

    /// Tells everybody.
    pub(super) fn tell_all(&mut self, reply: &Reply) {
        for id in self.ids(|client| client.greeted) {
            self.tell(id, reply);
        }
    }

    /// Tells those of growth who heard of the last.
    pub(super) fn poke(&mut self, notices: Vec<Notice>) {
        let ids = self.ids(|client| client.greeted && client.growth == Growth::Heard);
        for client in self.all.values_mut().filter(|client| client.greeted) {
            client.growth = if client.growth == Growth::Heard { Growth::Told } else { Growth::Missed };
        }
        for reply in notices.into_iter().map(|notice| Reply::Notice { notice }) {
            for id in &ids {
                self.tell(*id, &reply);
            }
        }
    }

    /// Whether somebody waits to be told of growth.
    pub(super) fn waits_for_growth(&self) -> bool {
        self.all.values().any(|client| client.greeted && client.growth == Growth::Heard)
    }

    /// It closed the lane: for all it cares, the lane may go.
    pub(super) fn closed(&mut self, id: u64) {
        if let Some(client) = self.all.get_mut(&id) {
            client.closed = true;
        }
    }

    /// Whether everybody who is there closed the lane.
    pub(super) fn all_closed(&self) -> bool {
        self.all.values().all(|client| client.closed || !client.greeted)
    }

    /// It heard of the last growth. True where it missed some meanwhile.
    pub(super) fn heard(&mut self, id: u64) -> bool {
        self.all
            .get_mut(&id)
            .is_some_and(|client| std::mem::replace(&mut client.growth, Growth::Heard) == Growth::Missed)
    }

    /// Says what is left to be said, to those who take it soon, and hangs up.
    pub(super) fn leave(&mut self) {
        for (_, client) in std::mem::take(&mut self.all) {
            drop(client.stream.set_write_timeout(Some(Duration::from_secs(1))));
            drop(client.queue);
            drop(client.writer.join());
        }
    }

    fn ids(&self, which: impl Fn(&Client) -> bool) -> Vec<u64> {
        self.all.iter().filter(|(_, client)| which(client)).map(|(id, _)| *id).collect()
    }
}

fn write(stream: &mut UnixStream, lines: &Receiver<String>) {
    for line in lines {
        if stream.write_all(line.as_bytes()).is_err() {
            break;
        }
    }
    drop(stream.shutdown(Shutdown::Both));
}

/// Takes connections, on a thread of its own; from this user and root only.
pub(super) fn door(listener: &UnixListener, events: &Sender<Event>) {
    for (id, stream) in (1..).zip(listener.incoming()) {
        let Ok(stream) = stream else { continue };
        if !is_welcome(&stream) {
            continue;
        }
        let Ok(own) = stream.try_clone() else { continue };
        if events.send(Event::Came(id, stream)).is_err() {
            break;
        }
        let events = events.clone();
        // A connection that got no thread is dropped here, which hangs up.
        drop(Builder::new().name("client".to_owned()).spawn(move || {
            // One that says what is not understood is hung up on, too.
            drop(listen(id, own, &events));
            drop(events.send(Event::Went(id)));
        }));
    }
}

fn is_welcome(stream: &UnixStream) -> bool {
    let peer = rustix::net::sockopt::socket_peercred(stream);
    peer.is_ok_and(|peer| peer.uid == rustix::process::geteuid() || peer.uid.is_root())
}

fn listen(id: u64, stream: UnixStream, events: &Sender<Event>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        if (&mut reader).take(LONGEST).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let request: Request = serde_json::from_str(&line)?;
        if events.send(Event::Asked(id, request)).is_err() {
            return Ok(());
        }
    }
}
