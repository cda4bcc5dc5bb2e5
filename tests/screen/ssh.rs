//! A screen at the other end of a connection that breaks: a real OpenSSH server, on loopback, with keys of its own.

use std::path::Path;

use rustix::process::Signal;
use stanch::session::event::Event;

use crate::play::{Play, Screen, WAITS, ran_once};
use crate::stage::{release, until};
use crate::support::{Sshd, Terminal};

/// The server of a play.
struct Server(Sshd);

impl Server {
    fn start() -> Self {
        Self(Sshd::unknown())
    }

    /// The program on a screen that hangs on a connection.
    fn screen(&self, play: &Play, arguments: &[&str]) -> Screen {
        let stanch = play.home.stanch();
        let values =
            stanch.get_envs().filter_map(|(name, value)| Some(format!("{}={}", name.display(), value?.display())));
        let program = Path::new(stanch.get_program());
        let words =
            values.chain([program.display().to_string()]).chain(arguments.iter().map(|word| (*word).to_owned()));
        // Nothing in a home of a test needs more than this.
        let quoted: Vec<String> = words.map(|word| format!("'{word}'")).collect();
        let remote = format!("cd '{}' && exec env -i {}", play.home.work().display(), quoted.join(" "));
        let mut ssh = play.home.command("ssh");
        ssh.args(["-F", "none", "-tt", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]);
        ssh.args(["-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-i"]).arg(self.0.key());
        ssh.arg("-p").arg(self.0.port().to_string()).arg("127.0.0.1").arg(remote);
        Screen(Terminal::start(&ssh, 24, 80))
    }
}

/// A command is under way on a screen over a connection, the connection breaks, and the command does not mind.
fn survives(breaks: impl FnOnce(&Server, &Screen)) {
    let play = Play::with(WAITS);
    let go = play.fifo("go");
    let server = Server::start();
    let screen = server.screen(&play, &["run", "book"]);
    screen.answer(&["Enter runs first"], "<enter>");
    screen.answer(&["Enter runs long"], "<enter>");
    screen.see(&["begun", "long is running; x stops it."]);
    breaks(&server, &screen);
    let left = |event: &Event| matches!(event, Event::Left { .. });
    until("the screen has left in order", || play.events().iter().any(left));
    until("nobody serves the connection", || server.0.sessions().is_empty());

    let screen = play.screen(&["resume"], 80, 24);
    screen.see(&["Output 0002 long", "running", "begun", "long is running; x stops it."]);
    release(&go);
    screen.answer(&["finished", "healthy, exit 0", "Enter runs last"], "q");
    screen.ended(0);
    ran_once(&play);
}

#[test]
fn a_command_outlives_a_connection_whose_client_is_killed() {
    survives(|_, screen| screen.0.kill(Signal::KILL));
}

#[test]
fn a_command_outlives_a_connection_whose_server_is_killed() {
    survives(|server, _| {
        let sessions = server.0.sessions();
        assert!(!sessions.is_empty(), "{}", server.0.log());
        server.0.cut();
    });
}
