//! A screen at the other end of a connection that breaks: a real OpenSSH server, on loopback, with keys of its own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use stanch::session::event::Event;

use crate::play::{Play, Screen, WAITS, ran_once};
use crate::stage::{release, until};
use crate::support::Terminal;

/// A server that lets the one key in; gone when dropped.
struct Server {
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl Server {
    fn start(play: &Play) -> Self {
        let folder = play.home.root().join("ssh");
        std::fs::create_dir(&folder).unwrap();
        for name in ["host", "key"] {
            let path = folder.join(name);
            let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).status();
            assert!(made.expect("ssh-keygen of openssh-client").success());
        }
        std::fs::copy(folder.join("key.pub"), folder.join("authorized")).unwrap();
        // Free a moment ago; who else takes it makes the server end, and the test say so.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = [
            format!("Port {port}"),
            "ListenAddress 127.0.0.1".to_owned(),
            format!("HostKey {}", folder.join("host").display()),
            format!("AuthorizedKeysFile {}", folder.join("authorized").display()),
            "PidFile none".to_owned(),
            "UsePAM no".to_owned(),
            "StrictModes no".to_owned(),
            "PasswordAuthentication no".to_owned(),
            "PermitRootLogin yes".to_owned(),
            "PrintLastLog no".to_owned(),
        ];
        let config = folder.join("config");
        std::fs::write(&config, settings.join("\n") + "\n").unwrap();
        // Where the machine never ran one: the server asks for it when it is root.
        if rustix::process::geteuid().is_root() {
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut server = Command::new("/usr/sbin/sshd");
        server.args(["-D", "-e", "-f"]).arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let process = server.spawn().expect("sshd of openssh-server");
        let server = Self { process, port, folder };
        until("the server listens", || server.log().contains("Server listening"));
        server
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap()
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
        ssh.args(["-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-i"]).arg(self.folder.join("key"));
        ssh.arg("-p").arg(self.port.to_string()).arg("127.0.0.1").arg(remote);
        Screen(Terminal::start(&ssh, 24, 80))
    }

    /// The processes that serve connections.
    fn sessions(&self) -> Vec<Pid> {
        let mut found = vec![self.process.id().to_string()];
        let mut at = 0;
        while let Some(parent) = found.get(at).cloned() {
            at += 1;
            for entry in std::fs::read_dir("/proc").unwrap().flatten() {
                let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
                let Some((head, rest)) = stat.rsplit_once(')') else { continue };
                let is_server = head.contains("(sshd");
                if is_server && rest.split_whitespace().nth(1) == Some(&parent) {
                    found.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
        }
        found.iter().skip(1).filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for pid in self.sessions() {
            let _ = kill_process(pid, Signal::KILL);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A command is under way on a screen over a connection, the connection breaks, and the command does not mind.
fn survives(breaks: impl FnOnce(&Server, &Screen)) {
    let play = Play::with(WAITS);
    let go = play.fifo("go");
    let server = Server::start(&play);
    let screen = server.screen(&play, &["run", "book"]);
    screen.answer(&["Enter runs first"], "<enter>");
    screen.answer(&["Enter runs long"], "<enter>");
    screen.see(&["begun", "long is running; x stops it."]);
    breaks(&server, &screen);
    let left = |event: &Event| matches!(event, Event::Left { .. });
    until("the screen has left in order", || play.events().iter().any(left));
    until("nobody serves the connection", || server.sessions().is_empty());

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
        let sessions = server.sessions();
        assert!(!sessions.is_empty(), "{}", server.log());
        for pid in sessions {
            // One may have ended with the other.
            let _ = kill_process(pid, Signal::KILL);
        }
    });
}
