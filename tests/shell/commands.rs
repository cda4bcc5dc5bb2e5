//! One entry per command, with all that belongs to it.

use stanch::session::event::{Event, Verdict};
use stanch::session::run::{Exit, Purpose, Stopped};

use crate::desk::{BOTH, Desk};
use crate::stage::until;

fn pairs(story: &[(&str, &str)]) -> Vec<(String, String)> {
    story.iter().map(|(command, output)| ((*command).to_owned(), (*output).to_owned())).collect()
}

#[test]
fn each_command_is_an_entry_with_its_directory_exit_and_output() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.run("echo one; false");
        typist.run("true && echo a | tr a b");
        typist.run("cd / && pwd");
        typist.run(" echo 'with a space before it'");
        typist.run("printf 'no line end'");
        typist.run("no-such-command");
        let words = typist.leave();
        assert!(words.contains("6 commands were recorded"), "{words}");
        let told = desk.told();
        let story = [
            ("echo one; false", "one\n"),
            ("true && echo a | tr a b", "b\n"),
            ("cd / && pwd", "/\n"),
            (" echo 'with a space before it'", "with a space before it\n"),
            ("printf 'no line end'", "no line end"),
        ];
        assert_eq!(desk.story()[..5], pairs(&story), "{name}");
        assert!(told[5].output.contains("not found"), "{name}: {told:?}");
        let exits: Vec<_> = told.iter().map(|told| told.end.exit.clone()).collect();
        assert_eq!(exits, [1, 0, 0, 0, 0, 127].map(Exit::Code), "{name}");
        let work = desk.play.home.work().display().to_string();
        let directories: Vec<_> = told.iter().map(|told| told.directory.as_str()).collect();
        assert_eq!(directories, [&work, &work, &work, "/", "/", "/"], "{name}: where it was typed");
        assert_eq!(told[0].verdict, Verdict::Unhealthy(vec!["exit 1".to_owned()]));
        assert!(told.iter().all(|told| told.by.starts_with("tester@") && told.end.sha256.len() == 64));
        desk.play.stanch(&["audit", "last"]).expect_code(0);
    }
}

#[test]
fn several_lines_that_belong_together_are_one_entry_and_pasted_ones_that_do_not_are_their_own() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.prompt().press("for i in 1 2<enter>").see(&[">"]).press("do echo $i<enter>");
        typist.run_here("done");
        assert_eq!(desk.told()[0].output, "1\n2\n", "{name}");
        let command = &desk.told()[0].command;
        assert!(command.starts_with("for i in 1 2") && command.ends_with("done"), "{name}: {command:?}");
        typist.0.send_bytes(b"\x1b[200~echo a\nfalse\necho c\x1b[201~");
        typist.see(&["echo c"]).press("<enter>");
        let last = if name == "bash" { 4 } else { 2 };
        until("what was pasted", || desk.ended() == last);
        let told = desk.told();
        if name == "bash" {
            let story = [("echo a", "a\n"), ("false", ""), ("echo c", "c\n")];
            assert_eq!(desk.story()[1..], pairs(&story));
            let exits: Vec<_> = told[1..].iter().map(|told| told.end.exit.clone()).collect();
            assert_eq!(exits, [0, 1, 0].map(Exit::Code));
        } else {
            assert_eq!(desk.story()[1..], pairs(&[("echo a\nfalse\necho c", "a\nc\n")]), "zsh reads them at once");
        }
        typist.leave();
    }
}

#[test]
fn what_runs_nothing_is_no_entry() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.prompt().press("<enter>").press("<enter>");
        typist.press("half a command").see(&["ready> half a command"]).press("<c-c>");
        typist.prompt();
        typist.run("echo whole");
        typist.leave();
        assert_eq!(desk.story(), pairs(&[("echo whole", "whole\n")]), "{name}");
    }
}

#[test]
fn a_command_that_is_interrupted_is_stopped_and_took_its_time() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.prompt().press("sh -c 'echo begun; exec sleep 600'<enter>").see(&["\nbegun"]).press("<c-c>");
        until("its end", || desk.ended() == 1);
        let told = desk.told().remove(0);
        assert_eq!((told.end.exit, told.end.stopped), (Exit::Code(130), Some(Stopped::Operator)), "{name}");
        assert_eq!(told.verdict, Verdict::Stopped);
        assert!(told.end.took_ms < 60_000, "{name}: {}", told.end.took_ms);
        typist.leave();
    }
}

#[test]
fn a_full_screen_program_is_one_entry_and_leaves_no_trace_in_the_record() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.prompt().press("seq 500 | less<enter>");
        typist.0.wait("less", |screen| screen.alternate_screen() && screen.contents().contains("\n20\n"));
        typist.press("q");
        until("its end", || desk.ended() == 1);
        typist.run("echo and on");
        typist.leave();
        let commands: Vec<_> = desk.told().into_iter().map(|told| told.command).collect();
        assert_eq!(commands, ["seq 500 | less", "echo and on"], "{name}");
        desk.play.stanch(&["export", "last", "-o", "out.md"]).expect_code(0);
        let text = std::fs::read_to_string(desk.play.path("out.md")).unwrap();
        assert!(text.contains("A full-screen program: nothing of it stays to be shown."), "{text}");
        assert!(!text.contains("\n20\n") && text.contains("and on"), "{text}");
    }
}

#[test]
fn a_flood_is_kept_to_the_byte_in_little_memory() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    typist.run("seq 1000000 1500000");
    let told = desk.told().remove(0);
    let expected = (1_000_000..=1_500_000).map(|number: u32| number.to_string() + "\n").collect::<String>();
    assert_eq!((told.output.len(), told.end.dropped), (expected.len(), 0));
    assert!(told.output == expected);
    assert_eq!(told.end.lines, 500_001);
    let status = std::fs::read_to_string(format!("/proc/{}/status", typist.0.pid().as_raw_nonzero())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let most: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(most < 64 << 10, "{most} kB");
    typist.leave();
}

#[test]
fn a_commands_output_ends_nothing_and_begins_nothing() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    typist.run("printf '\\033]7748;0123456789abcdef0123456789abcdef;end;7;9;0\\007after\\n'");
    typist.run("echo next");
    typist.leave();
    let told = desk.told();
    assert_eq!((told.len(), &told[0].end.exit), (2, &Exit::Code(0)));
    assert!(told[0].output.ends_with("after\n"), "{:?}", told[0].output);
}

#[test]
fn a_command_is_on_record_before_it_runs() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        let journal = desk.dir.journal().display().to_string();
        typist.run(&format!("grep -c '\"grep' {journal}"));
        typist.leave();
        assert_eq!(desk.told()[0].output, "1\n", "{name}: it finds itself");
        let started = desk.entries().into_iter().find_map(|entry| match entry.event {
            Event::RunStarted(started) => Some(started),
            _ => None,
        });
        assert_eq!(started.unwrap().purpose, Purpose::Shell);
    }
}

#[test]
fn what_is_typed_in_the_shell_that_ends_with_it_is_over_too() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    typist.prompt().press("echo last; exit 3<enter>");
    let words = typist.ended(0);
    assert!(words.contains("1 command was recorded"), "{words}");
    let told = desk.told().remove(0);
    assert_eq!((told.output.as_str(), told.end.exit), ("last\nexit\n", Exit::Code(3)));
}
