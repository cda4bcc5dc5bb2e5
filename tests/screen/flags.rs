//! A log that is followed beside the walk, and what it shows.

use std::io::Write as _;

use rustix::process::Signal;
use stanch::session::event::{Event, RunEnded};

use crate::play::Play;
use crate::stage::until;
use crate::support::Ended;

const FOLLOWS: &str = "{stanch: 1, title: Something is followed, vars: {WEB: {default: web1}}, diagnose: {steps: [\
    {id: log, title: What does it say, run: 'tail -n +1 -f web.log', mode: follow, stop: {signal: TERM, grace: 30s}, \
     flag: [{match: ' 5..$', says: $WEB answers 5xx}, {match: timeout}]}, \
    {id: other, title: Other, run: echo looked}]}}";

fn append(play: &Play, lines: &str) {
    let mut log = std::fs::File::options().append(true).open(play.path("web.log")).unwrap();
    log.write_all(lines.as_bytes()).unwrap();
}

fn flagged(play: &Play) -> Vec<(u32, Option<String>, String)> {
    let of = |event: Event| match event {
        Event::Flagged { flag, says, text, .. } => Some((flag, says, text)),
        _ => None,
    };
    play.events().into_iter().filter_map(of).collect()
}

#[track_caller]
fn ended(play: &Play) -> RunEnded {
    let of = |event: Event| match event {
        Event::RunEnded(ended) if !ended.flags.is_empty() => Some(*ended),
        _ => None,
    };
    play.events().into_iter().find_map(of).expect("the run that was followed has ended")
}

#[test]
fn first_matches_are_told_at_once_once_and_also_by_who_takes_it_up_again() {
    let play = Play::with(FOLLOWS);
    play.write("web.log", "GET / 200\n");
    let screen = play.screen(&["run", "book"], 120, 40);
    screen.answer(&["Enter runs log"], "<enter>");
    screen.see(&["GET / 200", "Enter runs other"]);
    append(&play, "GET / 502\nGET / 503\n");
    screen.see(&["log: flag: web1 answers 5xx: GET / 502"]);
    assert_eq!(flagged(&play), [(0, Some("web1 answers 5xx".to_owned()), "GET / 502".to_owned())]);
    screen.press("<enter>").see(&["other: healthy"]);
    screen.0.kill(Signal::KILL);
    assert_eq!(screen.0.ended(), Ended::Signal(9));

    // Shown while no screen was there: found by the next, which does not tell the first again.
    append(&play, "upstream timeout\n");
    play.wait_output("0001", "timeout");
    let screen = play.screen(&["resume"], 120, 40);
    screen.see(&["log: flag: upstream timeout"]);
    let flags = flagged(&play);
    assert_eq!(flags.iter().map(|(flag, ..)| *flag).collect::<Vec<_>>(), [0, 1], "{flags:?}");

    // Closing stops what is followed, and says so.
    screen.press("c").see(&["Close the session", "log is still running, and is stopped"]).press("<enter>");
    screen.see(&["log: stop asked for", "The session is closed"]);
    assert_eq!(ended(&play).flags, [2, 1]);
    screen.press("q");
    screen.ended(0);
    until("its record is whole", || flagged(&play).len() == 2);
    let said = play.stanch(&["export", "last"]);
    let row = "showed for the first time: web1 answers 5xx";
    assert!(said.lines.iter().any(|line| line.contains(row) && line.contains("then 1 more")), "{:?}", said.lines);
    assert!(said.lines.iter().any(|line| line.contains("upstream timeout") && line.contains("then no more")));
}

#[test]
fn who_only_follows_the_session_counts_and_records_nothing() {
    let play = Play::with(FOLLOWS);
    play.write("web.log", "GET / 200\n");
    let driver = play.screen(&["run", "book"], 120, 40);
    driver.answer(&["Enter runs log"], "<enter>").see(&["GET / 200", "Enter runs other"]);
    let follower = play.screen(&["resume"], 120, 40);
    follower.see(&["following ", "GET / 200"]);
    append(&play, "GET / 502\n");
    driver.see(&["log: flag: web1 answers 5xx: GET / 502"]);
    follower.see(&["log: flag: web1 answers 5xx: GET / 502"]);
    assert_eq!(flagged(&play).len(), 1);
    driver.press("q").answer(&["Leave?", "log is still running, and runs on"], "q");
    driver.ended(0);
    follower.press("q");
    follower.ended(0);
    assert_eq!(flagged(&play).len(), 1);
}
