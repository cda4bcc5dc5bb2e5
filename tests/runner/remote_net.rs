//! A host that vanishes: a server in a network namespace of its own, whose link is taken down.

use std::process::Command;

use stanch::runbook::Effect;
use stanch::runner::Notice;
use stanch::session::run::Exit;

use crate::lane::Bench;
use crate::remote::bench;
use crate::support::Sshd;

/// A namespace with a link to here; both gone when dropped.
struct Net {
    name: String,
    address: String,
    number: u8,
}

impl Net {
    /// The `number` keeps tests beside each other apart.
    fn new(number: u8) -> Self {
        let name = format!("stanch{}-{number}", std::process::id() % 100_000);
        let net = Self { address: format!("10.213.{number}.2"), name, number };
        let (near, far) = (format!("sn{number}"), format!("sf{number}"));
        // What an earlier test that was killed left there.
        let _ = Command::new("ip").args(["link", "del", &near]).output();
        run("ip", &["netns", "add", &net.name]);
        run("ip", &["link", "add", &near, "type", "veth", "peer", "name", &far, "netns", &net.name]);
        run("ip", &["addr", "add", &format!("10.213.{number}.1/24"), "dev", &near]);
        run("ip", &["link", "set", &near, "up"]);
        run("ip", &["-n", &net.name, "addr", "add", &format!("{}/24", net.address), "dev", &far]);
        run("ip", &["-n", &net.name, "link", "set", &far, "up"]);
        run("ip", &["-n", &net.name, "link", "set", "lo", "up"]);
        net
    }

    fn server(&self) -> Sshd {
        let server = Sshd::through(&["ip", "netns", "exec", &self.name], &self.address, "");
        server.make_known();
        server.configure("ServerAliveInterval 1");
        server.configure("ServerAliveCountMax 1");
        server
    }

    /// What the host sends vanishes, and nobody is told: the link is up, and the connection open on its side only.
    fn swallow(&self) {
        run("ip", &["-n", &self.name, "route", "add", "blackhole", &self.near()]);
    }

    /// What the host sends arrives again.
    fn spit_out(&self) {
        run("ip", &["-n", &self.name, "route", "del", "blackhole", &self.near()]);
    }

    fn near(&self) -> String {
        format!("{}1", self.address.strip_suffix('2').unwrap())
    }

    /// So many kbit/s from here on, in both directions.
    fn throttle(&self, rate: u32) {
        let rate = format!("{rate}kbit");
        let shape = ["root", "tbf", "rate", &rate, "burst", "8kb", "latency", "200ms"];
        let (near, far) = (format!("sn{}", self.number), format!("sf{}", self.number));
        run("tc", &[&["qdisc", "add", "dev", near.as_str()], &shape[..]].concat());
        run("tc", &[&["-n", self.name.as_str(), "qdisc", "add", "dev", far.as_str()], &shape[..]].concat());
    }

    /// The link, up or down.
    fn link(&self, state: &str) {
        run("ip", &["link", "set", &format!("sn{}", self.number), state]);
    }
}

fn run(program: &str, words: &[&str]) {
    let done = Command::new(program).args(words).output();
    let done = done.unwrap_or_else(|error| panic!("could not start {program} of iproute2: {error}"));
    assert!(done.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&done.stderr));
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
    net.link("down");
    let what = bench.wait(|notice| match notice {
        Notice::Lost { what, .. } => Some(what.clone()),
        Notice::Ended { end, .. } => panic!("nobody can know: {end:?}"),
        _ => None,
    });
    assert!(what.contains("was lost"), "{what}");
    net.link("up");
    assert_eq!(bench.run("echo back").0.exit, Exit::Code(0));
}

#[test]
fn a_half_open_connection_is_noticed_and_a_detached_run_is_collected_whole() {
    let net = Net::new(2);
    let server = net.server();
    let mut bench = bench(&server);
    let mut spec = bench.spec("for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.5; done; exit 4");
    (spec.detach, spec.effect) = (true, Effect::Change);
    bench.start(&spec);
    bench.wait_output(spec.run, "1\n");
    net.swallow();
    let trouble = |bench: &Bench| {
        bench.wait(|notice| match notice {
            Notice::Trouble { what } => Some(what.clone()),
            Notice::Ended { end, .. } => panic!("nobody can know: {end:?}"),
            _ => None,
        })
    };
    let what = trouble(&bench);
    assert!(what.contains("was lost") && what.contains("goes on there"), "{what}");
    net.spit_out();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, bench.output(spec.run)), (Exit::Code(4), "1\n2\n3\n4\n5\n6\n7\n8\n9\n".to_owned()));
}

#[test]
fn over_a_slow_link_all_output_arrives_and_what_floods_it_can_be_stopped() {
    let net = Net::new(3);
    let server = net.server();
    net.throttle(1000);
    let mut bench = bench(&server);
    let (end, output) = bench.run("seq 1 10000");
    assert_eq!((end.exit, end.lines, end.dropped), (Exit::Code(0), 10_000, 0));
    assert!(output.starts_with("1\n2\n") && output.ends_with("9999\n10000\n"));
    let spec = bench.spec("yes");
    bench.start(&spec);
    bench.wait_output(spec.run, "y\ny\n");
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(15));
    assert_eq!(bench.run("echo still one connection").1, "still one connection\n");
    assert_eq!(server.logins(), 1, "{}", server.log());
}
