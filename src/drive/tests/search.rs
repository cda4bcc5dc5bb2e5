//! Searching outputs, and reading lines of them.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;

use super::{
    Arc, Bench, Job, News, Role, RunNo, System, View, ended, is_thread, output as written, page, started, until,
};
use crate::drive::{Answer, Found, Spot, Step};
use crate::store::journal::Journal;
use crate::text::find::Query;

fn output(bench: &Bench, run: u32, text: &str) {
    written(bench, run, text.as_bytes());
}

fn search(bench: &Bench, run: u32, typed: &str, step: Step) {
    bench.drive.send(Job::Search { run: RunNo(run), query: Query::typed(typed), step });
}

fn found(bench: &mut Bench, enough: impl Fn(&Found) -> bool) -> Found {
    bench.wait(|news| match news {
        News::Found(found) if enough(found) => Some((**found).clone()),
        _ => None,
    })
}

fn forward(asked: u64, from: u64) -> Step {
    Step { asked, from, back: false }
}

/// The answer to a step.
fn answer(bench: &mut Bench, asked: u64) -> Answer {
    let found = found(bench, |found| found.answer.is_some_and(|answer| answer.asked == asked));
    found.answer.unwrap()
}

/// Line and place of an answer, and whether it was found from the other side.
fn spot(answer: Answer) -> (u64, u64, bool) {
    let Spot { line, place, .. } = answer.spot.unwrap();
    (line, place, answer.wrapped)
}

#[test]
fn a_search_counts_all_matches_and_leads_from_one_to_the_next() {
    let mut bench = Bench::new();
    let mut text = String::new();
    for line in 1..=200_000 {
        // Some in colour, and the last one without its end.
        let word = if line % 1000 == 0 { "\x1b[31mer\x1b[mror" } else { "fine" };
        writeln!(text, "line {line}: {word}").unwrap();
    }
    output(&bench, 1, text.trim_end());
    search(&bench, 1, "error", forward(1, 1500));
    let all = found(&mut bench, |found| found.all);
    assert_eq!((all.matching, all.searched, all.of), (200, text.len() as u64 - 1, text.len() as u64 - 1));
    let first = all.answer.unwrap();
    assert_eq!((spot(first), first.spot.unwrap().column), ((2000, 2, false), 11));
    let steps = [
        (forward(2, 2001), (3000, 3, false)),
        (Step { asked: 3, from: 2999, back: true }, (2000, 2, false)),
        (Step { asked: 4, from: 999, back: true }, (200_000, 200, true)),
        (forward(5, 200_001), (1000, 1, true)),
        (forward(6, 200_000), (200_000, 200, false)),
    ];
    for (step, expected) in steps {
        bench.drive.send(Job::Seek(step));
        assert_eq!(spot(answer(&mut bench, step.asked)), expected, "{step:?}");
    }
}

#[test]
fn what_is_nowhere_is_said_to_be_nowhere() {
    let mut bench = Bench::new();
    output(&bench, 1, "one\ntwo\n");
    search(&bench, 1, "three", forward(1, 1));
    assert_eq!(answer(&mut bench, 1), Answer { asked: 1, spot: None, wrapped: false });
    // A run that wrote nothing has no file.
    search(&bench, 2, "three", forward(2, 1));
    assert_eq!(answer(&mut bench, 2).spot, None);
}

#[test]
fn a_pattern_that_is_none_is_told() {
    let mut bench = Bench::new();
    search(&bench, 1, "re:(", forward(1, 1));
    let told = bench.wait(|news| match news {
        News::Trouble(text) => Some(text.clone()),
        _ => None,
    });
    assert!(told.starts_with("could not use this pattern: "), "{told}");
}

#[test]
fn a_search_goes_on_as_the_output_grows_and_takes_the_last_line_when_the_run_is_over() {
    let mut bench = Bench::with(Role::Follower { driver: "nova@alice".to_owned() }, true);
    let (mut driver, _) = Journal::open(&bench.session().journal(), "nova@alice", Arc::new(System)).unwrap();
    driver.append(&started(1).into()).unwrap();
    bench.recorded();
    output(&bench, 1, "an error\nan er");
    search(&bench, 1, "error", forward(1, 1));
    let first = found(&mut bench, |found| found.all && found.matching == 1);
    assert_eq!((first.searched, first.of), (9, 14), "a line counts when it is ended");
    let mut file = OpenOptions::new().append(true).open(bench.session().run(RunNo(1)).join("output")).unwrap();
    file.write_all(b"ror\nthe last error").unwrap();
    found(&mut bench, |found| found.matching == 2);
    driver.append(&ended(1).into()).unwrap();
    let last = found(&mut bench, |found| found.matching == 3);
    assert_eq!(last.searched, last.of);
}

#[test]
fn a_search_that_nobody_wants_any_more_ends() {
    let mut bench = Bench::new();
    output(&bench, 7781, "error\n");
    search(&bench, 7781, "error", forward(1, 1));
    answer(&mut bench, 1);
    assert!(is_thread("search 7781"));
    output(&bench, 7782, "error\n");
    search(&bench, 7782, "error", forward(2, 1));
    until("the end of the search before", || !is_thread("search 7781"));
    bench.drive.send(Job::SearchNothing);
    until("the end of the search", || !is_thread("search 7782"));
}

#[test]
fn lines_are_read_as_text_up_to_a_bound() {
    let mut bench = Bench::new();
    output(&bench, 1, "one\n\x1b[1mtwo\x1b[m\nthree\nfour");
    let mut read = |first, last, most| {
        page(&mut bench, 1, View::End, 80, 10);
        bench.drive.send(Job::Text { run: RunNo(1), first, last, most });
        bench.wait(|news| match news {
            News::Text { text, .. } => Some(text.clone()),
            _ => None,
        })
    };
    assert_eq!(read(2, 3, 100), Ok("two\nthree".to_owned()));
    assert_eq!(read(4, 9, 100), Ok("four".to_owned()));
    assert_eq!(read(1, 4, 10), Err("these lines are more than 10 B".to_owned()));
}

#[test]
fn output_that_moves_the_cursor_is_searched_as_it_was_seen() {
    let mut bench = Bench::new();
    let mut text = String::new();
    for round in 0..12 {
        // A bar that is drawn over, then so much output that no terminal is needed for it.
        writeln!(text, "wrong {round}\n\x1b[1Aright").unwrap();
        text.extend((0..4000).map(|line| format!("plain {round} {line} of some length\n")));
    }
    output(&bench, 1, &text);
    search(&bench, 1, "re:^right", forward(1, 1));
    let all = found(&mut bench, |found| found.all);
    let lines = page(&mut bench, 1, View::End, 80, 3).total_lines;
    search(&bench, 1, "right", forward(2, 1));
    let hit = spot(answer(&mut bench, 2));
    bench.drive.send(Job::Text { run: RunNo(1), first: hit.0, last: hit.0, most: 100 });
    let seen = bench.wait(|news| match news {
        News::Text { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert!(seen.as_ref().is_ok_and(|line| line.starts_with("right")), "line {} of {lines}: {seen:?}", hit.0);
    assert_eq!(all.matching, 12);
}

/// A measurement, not a test: `cargo test --release --lib measure_a_search -- --ignored --nocapture`. `STANCH_SEARCH_FILE` names the
/// output, of lines, that is searched; `rg --count` beside it says what others need.
#[test]
#[ignore = "a measurement"]
fn measure_a_search() {
    let Some(file) = std::env::var_os("STANCH_SEARCH_FILE") else { return };
    let mut bench = Bench::new();
    let folder = bench.session().run(RunNo(1));
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(&file, folder.join("output")).unwrap();
    for (asked, typed) in (1..).zip(["error", "Error", "re:e[a-z]+r \\d+", "x", "nowhere to be found"]) {
        for _ in 0..2 {
            let began = std::time::Instant::now();
            search(&bench, 1, typed, forward(asked, 1));
            let all = found(&mut bench, |found| found.all && found.answer.is_some_and(|answer| answer.asked == asked));
            println!("{typed}: {} lines of {} bytes, {:?}", all.matching, all.of, began.elapsed());
        }
    }
}
