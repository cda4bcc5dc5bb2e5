//! A step on many hosts: ours, and `xargs -P` with `ssh`. Each host is an OpenSSH server of its own on loopback.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use stanch::runner::SSH_CONFIG;
use stanch::session::event::Event;
use stanch::store::journal;

use super::Context;
use crate::litter::{descendants, sweep_but};
use crate::report::Section;
use crate::samples::{Contestant, Samples, figure, ms, race};
use crate::support::{Home, Sshd};

/// So many hosts at once.
const HOSTS: [usize; 2] = [20, 100];

/// How long a step took that had to connect, and the next one.
struct Took {
    first: Duration,
    /// None where nothing is kept for it.
    next: Option<Duration>,
}

/// One table, a row for each number of hosts and contestant.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let mut rows = Vec::new();
    for hosts in HOSTS {
        // Two are many, where it is only tried out.
        rows.extend(many(context, context.scale.of(hosts).max(2))?);
    }
    Ok(vec![Section {
        title: "A step on many hosts".to_owned(),
        about: "`uptime` on all of them at once, milliseconds from the first start to the last end: a step that has to connect first, and \
                the next one. Every server is on this machine, so that what both sides compute is in the figures. Beside it `xargs -P` \
                with `ssh`, which connects each time, or shares connections (`ControlMaster`). A login reads no start-up files: those \
                of a person can take longer than everything else, and Stanch logs in twice for each host, once for the terminal. \
                Ratios: to `xargs -P` over shared connections."
            .to_owned(),
        head: vec!["hosts", "", "first step ms", "ratio", "next step ms", "ratio"],
        rows,
    }])
}

fn many(context: &Context<'_>, count: usize) -> anyhow::Result<Vec<Vec<String>>> {
    let servers: Vec<Sshd> = (0..count).map(|_| Sshd::without_home()).collect();
    let config = context.folder.join("ssh_config");
    fs::write(&config, clients(&servers)?)?;
    // A walk leaves its lanes, with their connections; they would be a load for the others.
    let spared = descendants(rustix::process::getpid());
    let ours = || {
        let took = ours(&config, count);
        sweep_but(&spared);
        took
    };
    let connecting = || Ok(Took { first: xargs(&Home::new(), &config, count, "")?, next: None });
    let sharing = || {
        let (place, socket) = (Home::new(), context.folder.join("%n").display().to_string());
        let options = format!("-o ControlPath={socket} -o ControlMaster=auto -o ControlPersist=60");
        let first = xargs(&place, &config, count, &options)?;
        let next = Some(xargs(&place, &config, count, &options)?);
        xargs(&place, &config, count, &format!("-o ControlPath={socket} -O exit"))?;
        Ok(Took { first, next })
    };
    let mut contestants = [
        Contestant::new("**Stanch**", ours),
        Contestant::new("xargs -P, shared connections", sharing),
        Contestant::new("xargs -P", connecting),
    ];
    let taken = race(context.scale.times, &mut contestants)?;
    let first: Vec<Samples> = taken.iter().map(|of| of.iter().map(|took| ms(took.first)).collect()).collect();
    let next: Vec<Samples> = taken.iter().map(|of| of.iter().filter_map(|took| took.next.map(ms)).collect()).collect();
    let cells = |samples: &[Samples], at: usize| {
        let own = &samples[at];
        if own.is_empty() {
            return ["-".to_owned(), "-".to_owned()];
        }
        [own.spread(), figure(own.median() / samples[1].median())]
    };
    let row = |(at, contestant): (usize, &Contestant<'_, Took>)| {
        let head = [count.to_string(), contestant.name.clone()];
        head.into_iter().chain(cells(&first, at)).chain(cells(&next, at)).collect()
    };
    Ok(contestants.iter().enumerate().map(row).collect())
}

/// One configuration that reaches all of them.
fn clients(servers: &[Sshd]) -> anyhow::Result<String> {
    let mut text = String::new();
    for (number, server) in (1..).zip(servers) {
        write!(text, "Host h{number}\n    HostName 127.0.0.1\n    Port {}\n", server.port())?;
        for line in fs::read_to_string(server.root().join("client"))?.lines() {
            writeln!(text, "    {line}")?;
        }
    }
    Ok(text)
}

/// A walk of two steps on all hosts, by its record.
fn ours(config: &Path, count: usize) -> anyhow::Result<Took> {
    let place = Home::new();
    let hosts: Vec<String> = (1..=count).map(|number| format!("h{number}: h{number}")).collect();
    let step = |id: &str| format!("{{ id: {id}, title: It, run: uptime, on: all, limit: {count} }}");
    let text = format!(
        "stanch: 1\ntitle: Measured\nhosts: {{ {} }}\ndiagnose: {{ steps: [{}, {}] }}\n",
        hosts.join(", "),
        step("first"),
        step("second")
    );
    fs::write(place.work().join("measured.yaml"), text)?;
    let mut program = place.stanch();
    let done = program.args(["run", "measured.yaml", "--auto"]).env(SSH_CONFIG, config).output()?;
    let said = [done.stdout, done.stderr].concat();
    anyhow::ensure!(done.status.success(), "the walk failed: {}", String::from_utf8_lossy(&said));
    let sessions: Vec<PathBuf> =
        fs::read_dir(place.data().join("sessions"))?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
    let entries = journal::read(&sessions.first().context("there is no session")?.join("journal.jsonl"))?.entries;
    let mut steps = Vec::new();
    for entry in &entries {
        match &entry.event {
            Event::AttemptBegun(_) => steps.push((entry.boot_ms, entry.boot_ms)),
            Event::RunEnded(_) => steps.last_mut().context("a run before any attempt")?.1 = entry.boot_ms,
            _ => {}
        }
    }
    let [first, next] = steps[..] else { anyhow::bail!("{} attempts are on record", steps.len()) };
    let took = |(began, ended): (u64, u64)| Duration::from_millis(ended - began);
    Ok(Took { first: took(first), next: Some(took(next)) })
}

/// Every host once, at once.
fn xargs(place: &Home, config: &Path, count: usize, options: &str) -> anyhow::Result<Duration> {
    let text =
        format!("seq 1 {count} | xargs -P {count} -I@ ssh -F {} {options} h@ uptime >/dev/null", config.display());
    let began = Instant::now();
    let done = place.command("sh").args(["-c", &text]).output()?;
    let took = began.elapsed();
    anyhow::ensure!(done.status.success(), "`{text}` failed: {}", String::from_utf8_lossy(&done.stderr));
    Ok(took)
}
