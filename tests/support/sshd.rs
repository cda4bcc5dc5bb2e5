//! A real OpenSSH server on loopback: keys, port and folders of its own, gone when dropped.

use std::ffi::OsString;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Longer than a server ever takes to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that lets one key in.
pub(crate) struct Sshd {
    process: Child,
    address: String,
    port: u16,
    root: tempfile::TempDir,
}

impl Sshd {
    /// Starts one whose host key the client knows.
    pub(crate) fn start() -> Self {
        let server = Self::unknown();
        server.make_known();
        server
    }

    /// Starts one whose host key the client does not know yet.
    pub(crate) fn unknown() -> Self {
        Self::through(&[], "127.0.0.1", "")
    }

    /// Starts one that the client knows, and whose logins read no start-up files: what those do is a machine's own affair.
    pub(crate) fn without_home() -> Self {
        let server = Self::begin(&[], "127.0.0.1", "", " HOME=/");
        server.make_known();
        server
    }

    /// Starts one with `prefix` before its command (`ip netns exec ...`), at this address, with a key of this passphrase.
    pub(crate) fn through(prefix: &[&str], address: &str, passphrase: &str) -> Self {
        Self::begin(prefix, address, passphrase, "")
    }

    fn begin(prefix: &[&str], address: &str, passphrase: &str, environment: &str) -> Self {
        let root = tempfile::Builder::new().prefix("sshd").tempdir().unwrap();
        for name in ["bin", "far"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        for (name, phrase) in [("host", ""), ("key", passphrase)] {
            keygen(&root.path().join(name), phrase);
        }
        std::fs::copy(root.path().join("key.pub"), root.path().join("authorized")).unwrap();
        // Free a moment ago; who else takes it makes the server end, and the test say so.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        write_settings(root.path(), address, port, environment);
        // Where the machine never ran one: the server asks for it when it is root.
        if rustix::process::geteuid().is_root() {
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        let log = std::fs::File::create(root.path().join("log")).unwrap();
        let words = prefix.iter().copied().chain(["/usr/sbin/sshd", "-D", "-e", "-f"]).collect::<Vec<_>>();
        let mut server = Command::new(words[0]);
        server.args(&words[1..]).arg(root.path().join("config"));
        let process = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        let process = process.expect("sshd of openssh-server");
        let server = Self { process, address: address.to_owned(), port, root };
        let until = Instant::now() + PATIENCE;
        while !server.log().contains("Server listening") {
            assert!(Instant::now() < until, "it does not listen: {}", server.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        server
    }

    /// A folder of its own.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The key it lets in.
    pub(crate) fn key(&self) -> PathBuf {
        self.root().join("key")
    }

    /// Where its commands put temporary files.
    pub(crate) fn far(&self) -> PathBuf {
        self.root().join("far")
    }

    /// What `ssh` is given to reach it as root.
    pub(crate) fn target(&self) -> String {
        format!("ssh://root@{}:{}", self.address, self.port)
    }

    /// The client knows its host key.
    pub(crate) fn make_known(&self) {
        self.knows(&std::fs::read_to_string(self.root().join("host.pub")).unwrap());
    }

    /// The client knows another host key for it.
    pub(crate) fn make_changed(&self) {
        keygen(&self.root().join("other"), "");
        self.knows(&std::fs::read_to_string(self.root().join("other.pub")).unwrap());
    }

    fn knows(&self, key: &str) {
        std::fs::write(self.root().join("known"), format!("[{}]:{} {key}", self.address, self.port)).unwrap();
    }

    /// One more line of the client's configuration.
    pub(crate) fn configure(&self, line: &str) {
        let path = self.root().join("client");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, format!("{text}{line}\n")).unwrap();
    }

    /// The environment of a client: `ssh` reads this server's configuration and nothing of the developer's.
    pub(crate) fn environment(&self) -> Vec<(OsString, OsString)> {
        let path = format!("{}:{}", self.root().join("bin").display(), std::env::var("PATH").unwrap());
        [("PATH", path), ("HOME", "/".to_owned()), ("MINE", "of-the-operator".to_owned())]
            .into_iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .collect()
    }

    /// What it wrote.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.root().join("log")).unwrap()
    }

    /// The processes that serve connections.
    pub(crate) fn sessions(&self) -> Vec<Pid> {
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

    /// Breaks every connection.
    pub(crate) fn cut(&self) {
        for pid in self.sessions() {
            // One may have ended with the other.
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    /// Ends it; its address refuses from now on.
    pub(crate) fn stop(&mut self) {
        // Those it serves first: afterwards they are nobody's children.
        let served = self.sessions();
        let _ = self.process.kill();
        let _ = self.process.wait();
        for pid in served {
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    /// Who logged in, so often.
    pub(crate) fn logins(&self) -> usize {
        self.log().matches("Accepted ").count()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn keygen(path: &Path, passphrase: &str) {
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", passphrase, "-f"]).arg(path).status();
    assert!(made.expect("ssh-keygen of openssh-client").success());
}

fn write_settings(root: &Path, address: &str, port: u16, environment: &str) {
    let settings = [
        format!("Port {port}"),
        format!("ListenAddress {address}"),
        format!("HostKey {}", root.join("host").display()),
        format!("AuthorizedKeysFile {}", root.join("authorized").display()),
        format!("SetEnv TMPDIR={}{environment}", root.join("far").display()),
        // Shown before anything runs, where the file is there.
        format!("Banner {}", root.join("banner").display()),
        "PidFile none".to_owned(),
        "UsePAM no".to_owned(),
        "StrictModes no".to_owned(),
        "PasswordAuthentication no".to_owned(),
        "PermitRootLogin yes".to_owned(),
        "PrintLastLog no".to_owned(),
        "MaxSessions 50".to_owned(),
    ];
    std::fs::write(root.join("config"), settings.join("\n") + "\n").unwrap();
    let client = [
        format!("IdentityFile {}", root.join("key").display()),
        format!("UserKnownHostsFile {}", root.join("known").display()),
        "GlobalKnownHostsFile /dev/null".to_owned(),
        "IdentitiesOnly yes".to_owned(),
        "IdentityAgent none".to_owned(),
        "HashKnownHosts no".to_owned(),
        "UpdateHostKeys no".to_owned(),
    ];
    std::fs::write(root.join("client"), client.join("\n") + "\n").unwrap();
    let wrapper = root.join("bin/ssh");
    let text = format!("#!/bin/sh\nexec /usr/bin/ssh -F {} \"$@\"\n", root.join("client").display());
    std::fs::write(&wrapper, text).unwrap();
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).unwrap();
}
