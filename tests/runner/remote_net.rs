//! A host that vanishes: a server in a network namespace of its own, whose link is taken down.

use std::process::Command;

use stanch::runner::Notice;
use stanch::session::run::Exit;

use crate::remote::bench;
use crate::support::Sshd;

/// A namespace with a link to here; both gone when dropped.
struct Net {
    name: String,
    address: String,
}

impl Net {
    /// The `number` keeps tests beside each other apart.
    fn new(number: u8) -> Self {
        let name = format!("stanch{}-{number}", std::process::id() % 100_000);
        let net = Self { address: format!("10.213.{number}.2"), name };
        let (near, far) = (format!("sn{number}"), format!("sf{number}"));
        // What an earlier test that was killed left there.
        let _ = Command::new("ip").args(["link", "del", &near]).output();
        net.ip(&["netns", "add", &net.name]);
        net.ip(&["link", "add", &near, "type", "veth", "peer", "name", &far, "netns", &net.name]);
        net.ip(&["addr", "add", &format!("10.213.{number}.1/24"), "dev", &near]);
        net.ip(&["link", "set", &near, "up"]);
        net.ip(&["-n", &net.name, "addr", "add", &format!("{}/24", net.address), "dev", &far]);
        net.ip(&["-n", &net.name, "link", "set", &far, "up"]);
        net.ip(&["-n", &net.name, "link", "set", "lo", "up"]);
        net
    }

    fn ip(&self, words: &[&str]) {
        let done = Command::new("ip").args(words).output();
        let done = done.unwrap_or_else(|error| panic!("could not start ip of iproute2: {error}"));
        assert!(done.status.success(), "ip {words:?} for {}: {}", self.name, String::from_utf8_lossy(&done.stderr));
    }

    fn server(&self) -> Sshd {
        let server = Sshd::through(&["ip", "netns", "exec", &self.name], &self.address, "");
        server.make_known();
        server.configure("ServerAliveInterval 1");
        server.configure("ServerAliveCountMax 1");
        server
    }

    /// The link, up or down.
    fn link(&self, number: u8, state: &str) {
        self.ip(&["link", "set", &format!("sn{number}"), state]);
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.name]).output();
    }
}

#[test]
fn a_host_that_vanishes_is_noticed_and_the_commands_fate_is_not_guessed() {
    let net = Net::new(1);
    let server = net.server();
    let mut bench = bench(&server);
    let spec = bench.spec("echo up; while :; do sleep 1; done");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    net.link(1, "down");
    let what = bench.wait(|notice| match notice {
        Notice::Lost { what, .. } => Some(what.clone()),
        Notice::Ended { end, .. } => panic!("nobody can know: {end:?}"),
        _ => None,
    });
    assert!(what.contains("was lost"), "{what}");
    net.link(1, "up");
    assert_eq!(bench.run("echo back").0.exit, Exit::Code(0));
}
