//! The postmortem as the binary writes it, from a session on disk.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use stanch::runbook::{Effect, Mode, Shell};
use stanch::session::event::{Event, Mark, Opened, RunEnded, RunStarted, Tag, Verdict};
use stanch::session::run::{Exit, LaneNo, Purpose, RunEnd, RunNo};
use stanch::session::walk::Draft;
use stanch::store::clock::Fixed;
use stanch::store::journal::Journal;
use stanch::store::paths::Paths;
use stanch::store::session::{self, SessionDir};

/// A session with one run whose output has 100 lines.
#[cfg(test)]
fn session(data: &Path) -> SessionDir {
    let at = "2022-04-30T19:33:40Z".parse().expect("a time");
    let dir = session::create(&Paths::at(data, data), "status-500", None, at).expect("a session");
    let clock = Arc::new(Fixed::new(at));
    let mut journal = Journal::create(&dir.journal(), "nova@alice", clock).expect("a journal");
    let mut add = |event| {
        journal.append(&Draft { happened: None, event }).expect("appended");
    };
    add(Event::Opened(Opened {
        title: "Requests answer 500".to_owned(),
        runbook: None,
        severity: None,
        services: vec!["web".to_owned()],
        planned: false,
        drill: None,
        time_boxes: Vec::new(),
        auto: false,
        alert: None,
        zone: "+00:00".to_owned(),
        version: "0.1.0".to_owned(),
    }));
    add(Event::Marked { mark: Mark::Detected });
    add(Event::RunStarted(Box::new(RunStarted {
        run: RunNo(1),
        lane: LaneNo(1),
        purpose: Purpose::AdHoc,
        command: "seq 100".to_owned(),
        edited: false,
        shell: Shell::Sh,
        mode: Mode::Pty,
        effect: Effect::Read,
        confirmed: false,
        user: None,
        host: None,
        cwd: None,
        values: Vec::new(),
    })));
    let output: String = (1..=100).flat_map(|number: u32| [number.to_string(), "\n".to_owned()]).collect();
    std::fs::create_dir_all(dir.run(RunNo(1))).expect("a folder");
    std::fs::write(dir.run(RunNo(1)).join("output"), &output).expect("written");
    let end = RunEnd {
        exit: Exit::Code(0),
        stopped: None,
        took_ms: 400,
        bytes: output.len() as u64,
        lines: 100,
        sha256: "93d4e5c77838e0aa5cb6647c385c810a7c2782bf769029e6c420052048ab22bb".to_owned(),
        dropped: 0,
        redacted: 0,
        carried: true,
        left_behind: 0,
    };
    add(Event::RunEnded(Box::new(RunEnded {
        run: RunNo(1),
        end,
        verdict: Verdict::Healthy,
        unseen: false,
        flags: Vec::new(),
    })));
    add(Event::Note { tag: Tag::DeadEnd, text: "It is not the cache".to_owned() });
    dir
}

#[cfg(test)]
fn stanch(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stanch"))
        .args(arguments)
        .current_dir(data)
        .env("STANCH_DATA_DIR", data)
        .env("STANCH_CONFIG_DIR", data)
        .output()
        .expect("the binary")
}

#[cfg(test)]
fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn the_same_journal_gives_the_same_bytes_with_the_ends_of_the_output() {
    let folder = tempfile::tempdir().expect("a folder");
    session(folder.path());
    let first = stanch(folder.path(), &["export", "last"]);
    assert_eq!((first.status.code(), text(&first.stderr)), (Some(0), String::new()));
    assert_eq!(first.stdout, stanch(folder.path(), &["export", "last"]).stdout);
    let page = text(&first.stdout);
    let left_out = "\n20\n… 60 lines omitted (180 bytes), sha256 ";
    assert!(page.contains(left_out), "{page}");
    assert!(page.contains("full output in runs/0001/output\n81\n"), "{page}");
    assert!(page.contains("It is not the cache"), "{page}");
}

#[test]
fn what_a_person_wrote_is_still_there_after_the_next_export() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let dir = session(data);
    let file = data.join("postmortem.md");
    let export = |more: &[&str]| stanch(data, &[&["export", "last", "-o", "postmortem.md"], more].concat());
    let read = || std::fs::read_to_string(&file).expect("there");
    let told = export(&[]);
    assert_eq!((told.status.code(), text(&told.stderr)), (Some(0), String::new()));
    assert_eq!(export(&["--check"]).status.code(), Some(1), "a prompt is left");

    let draft = read();
    let done: String =
        draft.lines().filter(|line| !line.starts_with("TODO(postmortem):")).collect::<Vec<_>>().join("\n");
    let done = done.replace("## Impact\n", "## Impact\n\nEverybody, for a minute.\n");
    std::fs::write(&file, &done).expect("written");
    assert_eq!(export(&["--check"]).status.code(), Some(0));
    assert_eq!(read(), done, "a check writes nothing");

    // Nothing new in the record: the file stays as it is.
    let told = export(&[]);
    assert_eq!((told.status.code(), text(&told.stdout)), (Some(0), String::new()));
    let told = text(&told.stderr);
    assert!(
        told.starts_with("kept as edited in postmortem.md: Summary, Impact, ") && told.lines().count() == 1,
        "{told}"
    );
    let lines =
        |text: &str| -> Vec<String> { text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect() };
    assert_eq!(lines(&read()), lines(&done));

    // Something new in a part that was edited, and in others.
    assert_eq!(stanch(data, &["note", dir.id(), "x It is not the disk"]).status.code(), Some(0));
    let told = text(&export(&[]).stderr);
    assert!(told.contains("warning: 1 part was edited, and the record has changed too: Dead ends"), "{told}");
    let merged = read();
    assert!(merged.contains("Everybody, for a minute."), "{merged}");
    assert!(merged.contains("ruled out: It is not the disk"), "the timeline is made anew: {merged}");
    assert!(merged.contains("\n<!-- stanch: conflict "), "{merged}");
    assert_eq!(export(&["--check"]).status.code(), Some(1), "somebody has to decide");
    let told = text(&export(&[]).stderr);
    assert!(told.contains("warning: 1 part waits for a decision since an earlier export"), "{told}");
    assert_eq!(read(), merged);

    let plain = text(&stanch(data, &["export", "last"]).stdout);
    assert_eq!(export(&["--force"]).status.code(), Some(0));
    assert_eq!(read(), plain);
}

#[test]
fn what_stanch_did_not_write_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    session(data);
    std::fs::write(data.join("mine"), "mine\n").expect("written");
    for format in ["markdown", "html", "json"] {
        let refused = stanch(data, &["export", "last", "--format", format, "-o", "mine"]);
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(3), "{said}");
        assert!(
            said.starts_with("error: could not write mine: it is ") && said.contains("\nhint: choose another"),
            "{said}"
        );
        assert_eq!(std::fs::read_to_string(data.join("mine")).expect("there"), "mine\n");
        let made = |name: &str| stanch(data, &["export", "last", "--format", format, "-o", name]).status.code();
        assert_eq!((made(format), made(format)), (Some(0), Some(0)), "its own is");
    }
}

#[test]
fn the_page_and_the_data_are_the_same_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    session(data);
    let export = |format: &str| {
        let made = stanch(data, &["export", "last", "--format", format]);
        assert_eq!((made.status.code(), text(&made.stderr)), (Some(0), String::new()));
        assert_eq!(made.stdout, stanch(data, &["export", "last", "--format", format]).stdout, "{format}");
        text(&made.stdout)
    };
    let page = export("html");
    assert!(page.starts_with("<!doctype html>\n") && page.contains("<h1>Requests answer 500</h1>"), "{page}");
    let left_out = "\n20\n… 60 lines omitted (180 bytes), sha256 ";
    assert!(page.contains(left_out), "{page}");
    let value: serde_json::Value = serde_json::from_str(&export("json")).expect("JSON");
    let sections = value["sections"].as_array().expect("a list");
    let output = sections.iter().find(|section| section["section"] == "output").expect("outputs");
    assert_eq!(output["runs"][0]["excerpt"]["omitted"]["lines"], 60);
    assert_eq!(value["title"], "Requests answer 500");
}

#[test]
fn a_page_takes_the_text_that_people_made_of_the_draft() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    session(data);
    assert_eq!(stanch(data, &["export", "last", "-o", "pm.md"]).status.code(), Some(0));
    let draft = std::fs::read_to_string(data.join("pm.md")).expect("written");
    let edited = draft.replace("TODO(postmortem): In one or two sentences: what broke, and why?", "It was *DNS*.");
    std::fs::write(data.join("pm.md"), edited).expect("written");
    let html = |more: &[&str]| stanch(data, &[&["export", "last", "--format", "html"], more].concat());
    let page = text(&html(&["--text", "pm.md"]).stdout);
    assert!(page.contains("<p>It was <em>DNS</em>.</p>"), "{page}");
    assert!(page.contains("<svg "), "the picture is the record's: {page}");

    assert_eq!(html(&["--text", "nowhere.md"]).status.code(), Some(3));
    assert_eq!(stanch(data, &["export", "last", "--text", "pm.md"]).status.code(), Some(2));
    assert_eq!(html(&["--check"]).status.code(), Some(2));
    let other = draft.replace("session=", "session=0");
    std::fs::write(data.join("other.md"), other).expect("written");
    let refused = html(&["--text", "other.md"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused.stderr).contains("of another session"), "{}", text(&refused.stderr));
}

#[test]
fn a_missing_output_is_said_in_the_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = session(folder.path());
    std::fs::remove_file(dir.run(RunNo(1)).join("output")).expect("removed");
    let page = text(&stanch(folder.path(), &["export", "last"]).stdout);
    assert!(page.contains("the output cannot be shown: could not read its output"), "{page}");
}

#[test]
fn whoever_joins_is_told_where_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    session(folder.path());
    let shown = stanch(folder.path(), &["show", "last"]);
    assert_eq!((shown.status.code(), text(&shown.stderr)), (Some(0), String::new()));
    let page = text(&shown.stdout);
    assert!(page.contains("**no severity, investigating**"), "{page}");
    assert!(page.contains("nova@alice ruled out: It is not the cache"), "{page}");
}

#[test]
fn an_output_that_is_not_what_was_recorded_fails_the_audit_and_is_said_in_the_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = session(folder.path());
    let audit = || {
        let audit = stanch(folder.path(), &["audit", "last"]);
        (audit.status.code(), text(&audit.stdout))
    };
    let (code, told) = audit();
    assert!(code == Some(0) && told.contains("1 as recorded"), "{told}");

    let output = dir.run(RunNo(1)).join("output");
    let forged = std::fs::read_to_string(&output).expect("read").replacen('1', "7", 1);
    std::fs::write(&output, forged).expect("written");
    let (code, told) = audit();
    assert!(code == Some(1) && told.contains("output   of run 0001 is not what was recorded: its sha256 is"), "{told}");
    assert!(told.contains("NOT whole"), "{told}");
    let page = text(&stanch(folder.path(), &["export", "last"]).stdout);
    assert_eq!(page.matches("not what the journal recorded").count(), 2, "{page}");
    assert!(page.contains("- Output that is not what the journal recorded: [run 0001](#run-0001)"), "{page}");

    std::fs::remove_dir_all(dir.run(RunNo(1))).expect("removed");
    let (code, told) = audit();
    assert!(code == Some(1) && told.contains("of run 0001 is not what was recorded: it is missing"), "{told}");
}

#[test]
fn a_journal_that_was_cut_is_not_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = session(folder.path());
    let audit = || {
        let audit = stanch(folder.path(), &["audit", "last"]);
        (audit.status.code(), text(&audit.stdout))
    };
    let journal = std::fs::read_to_string(dir.journal()).expect("read");
    let first: String = journal.split_inclusive('\n').take(2).collect();
    std::fs::write(dir.journal(), &first).expect("written");
    let (code, told) = audit();
    assert!(code == Some(1) && told.contains("run 0001 has a folder, but no entry"), "{told}");
    std::fs::remove_dir_all(dir.run(RunNo(1))).expect("removed");
    assert_eq!(audit().0, Some(0));

    std::fs::write(dir.journal(), &journal).expect("written");
    assert_eq!(stanch(folder.path(), &["sessions"]).status.code(), Some(0));
    std::fs::write(dir.journal(), &first).expect("written");
    // Looking at it again does not make it forget.
    assert_eq!(stanch(folder.path(), &["sessions"]).status.code(), Some(0));
    let (code, told) = audit();
    assert!(code == Some(1) && told.contains("the journal had 5 entries"), "{told}");

    std::fs::write(dir.journal(), "").expect("written");
    std::fs::remove_file(dir.summary()).expect("removed");
    let (code, told) = audit();
    assert!(code == Some(1) && told.contains("NOT whole"), "{told}");
}

#[test]
fn a_file_that_cannot_be_written_is_named_as_it_was_given() {
    let folder = tempfile::tempdir().expect("a folder");
    session(folder.path());
    let refused = stanch(folder.path(), &["export", "last", "-o", "nowhere/x.md"]);
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.starts_with("error: could not write nowhere/x.md: there is no folder ./nowhere\nhint: "), "{said}");
    assert!(!said.contains(".stanch-"), "{said}");
}

/// The events of a cast, each with its time, and its header.
#[cfg(test)]
fn played(cast: &[u8]) -> (serde_json::Value, Vec<(f64, String, String)>) {
    let text = text(cast);
    let mut lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let header = lines.next().expect("a header");
    let word = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    let events = lines.map(|line| (line[0].as_f64().expect("a time"), word(&line[1]), word(&line[2])));
    (header, events.collect())
}

#[test]
fn a_cast_plays_the_output_with_its_times_and_nothing_that_is_not_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = session(folder.path()).run(RunNo(1));
    let output = "one\ntwo \u{e9}\x1b]0;a title\x07\n\x1b[31mred\n";
    std::fs::write(dir.join("output"), output).expect("written");
    // The second piece ends in the middle of a character.
    std::fs::write(dir.join("times"), "100 4\n250 9\n250 9 100x30\n4000 40\n").expect("written");
    let made = stanch(folder.path(), &["export", "last", "--format", "cast"]);
    assert_eq!((made.status.code(), text(&made.stderr)), (Some(0), String::new()));
    let (header, events) = played(&made.stdout);
    assert_eq!((&header["version"], &header["width"], &header["height"]), (&2.into(), &240.into(), &50.into()));
    assert_eq!(header["title"], "Requests answer 500");
    let written = |at: f64| -> String {
        events
            .iter()
            .filter(|(time, code, _)| code == "o" && (time - at).abs() < 1e-9)
            .map(|(_, _, data)| &**data)
            .collect()
    };
    assert_eq!(
        (written(0.1), written(0.25), written(4.0)),
        (
            "one\r\n".into(),
            "two ".into(),
            "\u{e9}\r\n\x1b[31mred\r\n\x1b[!p\x1b[?25h\r\n\x1b[2m# 0001: exit 0\x1b[m\r\n\r\n".into()
        )
    );
    assert!(written(0.0).contains("$ seq 100"), "{}", written(0.0));
    assert!(events.contains(&(0.25, "r".to_owned(), "100x30".to_owned())), "{events:?}");
    assert_eq!(events[0].1, "m");
    assert!(events.is_sorted_by_key(|(time, ..)| *time));
}

#[test]
fn one_run_can_be_played_alone_and_what_is_no_cast_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    session(data);
    let cast = |more: &[&str]| stanch(data, &[&["export", "last", "--format", "cast"], more].concat());
    assert_eq!(cast(&["--run", "1", "-o", "a.cast"]).status.code(), Some(0));
    assert_eq!(cast(&["-o", "a.cast"]).status.code(), Some(0), "a cast is made anew");
    let (_, events) = played(&std::fs::read(data.join("a.cast")).expect("written"));
    let all: String = events.iter().filter(|(_, code, _)| code == "o").map(|(_, _, data)| &**data).collect();
    let lines: String = (1..=100).map(|number| format!("{number}\r\n")).collect::<Vec<_>>().concat();
    assert!(all.contains(&lines), "{all}");
    std::fs::write(data.join("b.cast"), "mine\n").expect("written");
    assert_eq!(cast(&["-o", "b.cast"]).status.code(), Some(3));
    assert_eq!(std::fs::read_to_string(data.join("b.cast")).expect("there"), "mine\n");
    assert_eq!(cast(&["--run", "7"]).status.code(), Some(2));
    assert_eq!(cast(&["--check"]).status.code(), Some(2));
}
