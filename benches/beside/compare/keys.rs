//! From a key to the screen that shows it, while a command floods its terminal; from outside, through the terminal.

use std::process::Command;
use std::time::{Duration, Instant};

use super::Context;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Samples, figure, ms};
use crate::screen;
use crate::support::Terminal;

/// Keys that are timed: half of them open something, half close it.
const KEYS: usize = 200;

/// A slow one gets fewer.
const FEW: usize = 20;

/// A key that opens something, one that closes it, and a text that is on the screen only between the two.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    open: &'static str,
    close: &'static str,
    shows: &'static str,
}

pub(super) const OURS: Pair = Pair { open: "?", close: "<esc>", shows: " All keys " };
const MPROCS: Pair = Pair { open: "p", close: "<esc>", shows: " Commands " };
const TMUX: Pair = Pair { open: "<c-b>?", close: "q", shows: "Send the prefix key" };

/// What the command does, and how that is called.
const FLOODS: [(&str, &str); 3] = [
    ("sleep 1000", "nothing (control)"),
    ("yes", "`yes`, lines of 2 bytes"),
    (
        "yes 123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
        "`yes`, lines of 100 bytes",
    ),
];

/// One table, a row for each flood and contestant.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let mut rows = Vec::new();
    for (command, name) in FLOODS {
        let variants = [((24, 80), "pty"), ((50, 200), "pty"), ((24, 80), "pipe")];
        // One control is enough.
        let variants = if command.starts_with("yes") { &variants[..] } else { &variants[..1] };
        for &(size, mode) in variants {
            let place = Place::new();
            let terminal = screen::open(&place, command, mode, size)?;
            terminal.send("<enter>");
            terminal.wait_text("it is running");
            let began = Instant::now();
            let samples = latencies(&terminal, OURS, context.scale.of(KEYS), Duration::MAX)?;
            let bytes = std::fs::metadata(screen::first_run(&place)?.join("output"))?.len();
            let flood = figure(crate::samples::rate(bytes, began.elapsed()));
            rows.push(row(name, &format!("**Stanch**, {mode}, {}x{}", size.1, size.0), &samples, &flood));
        }
        for (program, pair) in [("mprocs", MPROCS), ("tmux", TMUX)] {
            let Some(path) = context.peers.get(program) else { continue };
            let place = Place::new();
            let mut start = place.command(path);
            if program == "tmux" {
                start.args(["-L", "beside", "-f", "/dev/null", "new-session"]).env("TMUX_TMPDIR", place.root());
            }
            let terminal = started(start.arg(command), command);
            let samples = latencies(&terminal, pair, context.scale.of(KEYS), Duration::from_secs(20))?;
            rows.push(row(name, program, &samples, "-"));
        }
    }
    Ok(vec![Section {
        title: "From a key to the screen that shows it".to_owned(),
        about: "Milliseconds from just before a key is written to the terminal until the bytes are read that show what it opens or closes \
                (Stanch: `?` and Esc, the help; mprocs: `p` and Esc, its commands; tmux: prefix `?` and `q`, its keys), on a terminal of \
                80x24 where nothing else is said. Between two keys 5 to 35 ms pass. One that is slow gets fewer keys. The flood is what \
                was recorded meanwhile. The target is 33 ms for the 99th percentile."
            .to_owned(),
        head: vec!["the command does", "", "keys", "p50", "p99", "most", "flood MB/s"],
        rows,
    }])
}

fn row(flood: &str, name: &str, samples: &Samples, rate: &str) -> Vec<String> {
    let at = |percent: usize| figure(samples.percentile(percent));
    vec![flood.to_owned(), name.to_owned(), samples.count().to_string(), at(50), at(99), at(100), rate.to_owned()]
}

/// Another's program, once the flood is on its screen.
fn started(start: &Command, command: &str) -> Terminal {
    let terminal = Terminal::start(start, 24, 80);
    match command.strip_prefix("yes") {
        Some(line) => {
            let line = if line.is_empty() { "y" } else { line.trim() }.chars().take(20).collect::<String>();
            terminal
                .wait("the flood", |screen| screen.contents().lines().filter(|row| row.contains(&line)).count() > 10);
        }
        None => terminal.wait("a screen", |screen| !screen.contents().trim().is_empty()),
    }
    terminal
}

/// Presses the two keys in turn, up to so many; after `patience` a few are enough.
pub(super) fn latencies(terminal: &Terminal, pair: Pair, keys: usize, patience: Duration) -> anyhow::Result<Samples> {
    let (mut samples, began) = (Samples::default(), Instant::now());
    while samples.count() < keys.max(2) && (began.elapsed() < patience || samples.count() < FEW.min(keys)) {
        for (key, shown) in [(pair.open, true), (pair.close, false)] {
            // Not in step with whatever beats inside.
            std::thread::sleep(Duration::from_millis(5 + u64::try_from(samples.count() * 7 % 31)?));
            let text = pair.shows;
            anyhow::ensure!(
                terminal.screen(|screen| screen.contents().contains(text)) != shown,
                "`{text}` stands there before the key:\n{}",
                terminal.text()
            );
            terminal.look_out(move |screen| screen.contents().contains(text) == shown);
            let typed = Instant::now();
            terminal.send(key);
            samples.add(ms(terminal.moment(text).saturating_duration_since(typed)));
        }
    }
    Ok(samples)
}
