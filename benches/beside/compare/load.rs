//! Much at once: a session with very many runs on the screen, many followers beside each other, a terminal that nobody reads.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Context;
use super::keys::{OURS, latencies};
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Samples, figure, ms};
use crate::support::Terminal;
use crate::{litter, made, process, screen};

/// Entries of the sessions: three for a run.
const ENTRIES: [usize; 2] = [30_000, 100_000];
/// Commands that are followed at once.
const FOLLOWERS: usize = 50;
/// Keys that are timed.
const KEYS: usize = 100;
/// Lines of the command whose terminal nobody reads.
const LINES: usize = 2_000_000;
/// Our session: its id in the data folder.
const SESSION: &str = "2022-04-30T1933Z-requests-answer-500-7f3a";

/// One table for each.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    Ok(vec![long(context)?, followers(context)?, unread(context)?])
}

fn megabytes(bytes: u64) -> String {
    figure(crate::samples::rate(bytes, Duration::from_secs(1)))
}

fn long(context: &Context<'_>) -> anyhow::Result<Section> {
    let mut rows = Vec::new();
    for count in ENTRIES {
        let (place, count) = (Place::new(), context.scale.of(count));
        let entries = made::entries(count)?;
        let session = place.data().join("sessions").join(SESSION);
        std::fs::create_dir_all(&session)?;
        std::fs::write(session.join("journal.jsonl"), made::journal(&entries)?)?;
        made::outputs(&session.join("runs"), &entries)?;
        let mut frames = Samples::default();
        for _ in 1..context.scale.times {
            let (terminal, took) = resumed(&place);
            frames.add(took);
            terminal.send("q");
            terminal.ended();
        }
        let (terminal, took) = resumed(&place);
        frames.add(took);
        let keys = latencies(&terminal, OURS, context.scale.of(KEYS), Duration::MAX)?;
        let memory = process::peak_resident(terminal.pid())?;
        let told = [frames.spread(), figure(keys.median()), figure(keys.percentile(99)), megabytes(memory)];
        rows.push([vec![count.to_string(), (count / 3).to_string()], told.to_vec()].concat());
    }
    Ok(Section {
        title: "A session with very many runs".to_owned(),
        about: "On the screen of 80x24: milliseconds from `stanch resume` until the session stands there, then from a key (`?` and Esc) \
                to what it shows, and the peak resident memory of the screen. `stanch sessions` with 1,000 of them is under \"The first \
                frame\"."
            .to_owned(),
        head: vec!["entries", "runs", "on the screen ms", "key p50 ms", "key p99 ms", "screen MB"],
        rows,
    })
}

fn resumed(place: &Place) -> (Terminal, f64) {
    let began = Instant::now();
    let terminal = Terminal::start(place.stanch().args(["resume", SESSION]), 24, 80);
    terminal.look_out(|screen| screen.contents().contains("Requests answer 500"));
    let took = ms(terminal.moment("the session").saturating_duration_since(began));
    (terminal, took)
}

fn followers(context: &Context<'_>) -> anyhow::Result<Section> {
    let (place, count) = (Place::new(), context.scale.of(FOLLOWERS).max(2));
    let step = |number: usize| {
        format!("    - {{ id: f{number}, title: F, mode: follow, run: 'while :; do date; sleep 0.1; done' }}\n")
    };
    let steps: String = (0..count).flat_map(|number| [step(number)]).collect();
    let text = format!(
        "stanch: 1\ntitle: Measured\ndiagnose:\n  steps:\n{steps}    - {{ id: last, title: L, run: 'true' }}\n"
    );
    std::fs::write(place.work().join("measured.yaml"), text)?;
    let terminal = Terminal::start(place.stanch().args(["run", "measured.yaml"]), 24, 80);
    let began = Instant::now();
    for number in 0..count {
        terminal.wait_text(&format!("Enter runs f{number}:"));
        terminal.send("<enter>");
    }
    terminal.wait_text("Enter runs last");
    let started = ms(began.elapsed());
    let keys = latencies(&terminal, OURS, context.scale.of(KEYS), Duration::MAX)?;
    let own = process::peak_resident(terminal.pid())?;
    let lanes = litter::descendants(terminal.pid()).into_iter().filter_map(|pid| process::peak_resident(pid).ok());
    let most = lanes.max().unwrap_or(0);
    let row = vec![
        count.to_string(),
        figure(started),
        figure(keys.median()),
        figure(keys.percentile(99)),
        megabytes(own),
        megabytes(most),
    ];
    Ok(Section {
        title: "Many followers at once".to_owned(),
        about: "Commands of `mode: follow`, each a line every tenth of a second, started one after the other by Enter: milliseconds until \
                all run, then from a key to what it shows, and the peak resident memory of the screen and of the largest process below it."
            .to_owned(),
        head: vec!["followers", "all started ms", "key p50 ms", "key p99 ms", "screen MB", "largest supervisor MB"],
        rows: vec![row],
    })
}

fn unread(context: &Context<'_>) -> anyhow::Result<Section> {
    let mut rows = Vec::new();
    for (name, held) in [("read at once", false), ("that nobody reads", true)] {
        let mut samples = Samples::default();
        for _ in 0..context.scale.times {
            let place = Place::new();
            let terminal = screen::open(&place, &format!("seq {}", context.scale.of(LINES)), "pty", (24, 80))?;
            terminal.hold(held);
            let began = Instant::now();
            terminal.send("<enter>");
            let end = |run: &Path| run.join("exit.json").exists();
            while !screen::first_run(&place).is_ok_and(|run| end(&run)) {
                std::thread::sleep(Duration::from_millis(1));
            }
            samples.add(ms(began.elapsed()));
            terminal.hold(false);
        }
        rows.push(vec![name.to_owned(), samples.spread()]);
    }
    Ok(Section {
        title: "A terminal that nobody reads".to_owned(),
        about: "`seq 2000000` on the screen: milliseconds from Enter until all of it and its end are on record."
            .to_owned(),
        head: vec!["a terminal", "ms"],
        rows,
    })
}
