//! The shell stays the operator's own, and the terminal too.

use rustix::process::Signal;
use stanch::session::event::Event;

use crate::desk::{BOTH, Desk};
use crate::stage::until;
use crate::support::Ended;

#[test]
fn the_operators_bash_files_prompt_command_and_history_stay_in_force() {
    for assigned in ["PROMPT_COMMAND='LAST=$?; seen'", "PROMPT_COMMAND=('LAST=$?' seen)"] {
        let desk = Desk::new();
        desk.rc(
            ".bashrc",
            &format!(
                "PS1='ready> ' PS0='own PS0;' HISTCONTROL=ignoreboth HISTIGNORE='echo hidden*' SEEN=0\n\
                 alias greet='echo hello'\nseen() {{ SEEN=$((SEEN + 1)); }}\n{assigned}\n"
            ),
        );
        let typist = desk.shell("bash");
        typist.run("greet; (exit 4)").see(&["own PS0;hello"]);
        typist.run("echo last $LAST");
        typist.run(" echo kept out");
        typist.run("echo hidden too");
        typist.run("history | grep -c 'kept out\\|hidden too'");
        typist.run("echo seen $SEEN");
        typist.leave();
        let story = desk.story();
        let output = |place: usize| story[place].1.as_str();
        assert_eq!((output(0), output(1)), ("hello\n", "last 4\n"), "{assigned}");
        assert_eq!(story[2], (" echo kept out".to_owned(), "kept out\n".to_owned()), "recorded all the same");
        assert_eq!(output(4), "1\n", "only the question itself is in the history");
        assert_eq!(output(5), "seen 6\n", "once for each prompt");
        let history = std::fs::read_to_string(desk.play.home.root().join("home/.bash_history")).unwrap();
        assert!(
            history.contains("greet") && !history.contains("\n echo kept") && !history.contains("\necho hidden"),
            "{history}"
        );
    }
}

#[test]
fn hooks_that_are_taken_away_are_put_back_and_what_was_missed_is_told() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    typist.run("PROMPT_COMMAND+=('PS0=')");
    typist.press("echo unseen<enter>").see(&["stanch: 1 of what was just typed ran unrecorded"]);
    typist.press("PROMPT_COMMAND=(true)<enter>");
    typist.run_here("echo seen");
    typist.prompt().press("PROMPT_COMMAND=(true); HISTCONTROL=ignorespace; unset PS0<enter>");
    typist.press("true<enter>");
    typist.prompt_after("ready> true");
    typist.press("PS0='$(__stanch_begin $?)'<enter>").press(" echo two<enter>");
    typist.see(&["\ntwo", "2 of what was just typed ran unrecorded"]);
    typist.prompt().press("echo three<enter>").see(&["\nthree"]);
    typist.leave();
    let story = desk.story();
    let has = |command: &str, output: &str| story.contains(&(command.to_owned(), output.to_owned()));
    assert!(has("echo seen", "seen\n") && has("echo three", "three\n"), "{story:?}");
    assert!(has("# a line that the history of bash did not take", "two\n"), "{story:?}");
}

#[test]
fn hooks_of_others_that_put_themselves_first_keep_working_and_so_do_these() {
    let desk = Desk::new();
    // As bash-preexec does it: at the first prompt it rewrites the string, itself first and last, and listens to DEBUG.
    desk.rc(
        ".bashrc",
        "PS1='ready> '\n__bp_interactive_mode() { MODE=on; }\nfirst() { STATUS=$?; }\n\
         listen() {\n  if [[ ! -t 1 || ! $MODE ]]; then return; fi\n  MODE=\n  \
         if [[ $BASH_COMMAND == __stanch_end ]]; then return; fi\n  echo \"before: $(history 1)\"\n}\n\
         install() { trap listen DEBUG; PROMPT_COMMAND=$'first\\n'${PROMPT_COMMAND/install/}$'\\n__bp_interactive_mode'; }\n\
         PROMPT_COMMAND=install\n",
    );
    let typist = desk.shell("bash");
    typist.run("(exit 5)").press("<enter>");
    typist.run("false");
    typist.run("echo $STATUS");
    typist.leave();
    let told = desk.told();
    let exits: Vec<_> = told.iter().map(|told| told.end.exit.clone()).collect();
    assert_eq!(exits, [5, 1, 0].map(stanch::session::run::Exit::Code));
    assert!(told[1].output.contains("before: ") && told[1].output.ends_with("false\n"), "{}", told[1].output);
    assert_eq!(told[2].output.matches("before: ").count(), 1, "{}", told[2].output);
    assert!(told[2].output.ends_with("echo $STATUS\n1\n"), "{}", told[2].output);
}

#[test]
fn a_line_from_the_editor_is_run_by_enter_and_recorded() {
    let desk = Desk::new();
    let editor = desk.play.path("editor");
    std::fs::write(&editor, "#!/bin/sh\necho \"$(cat \"$1\") with more\" > \"$1\"\n").unwrap();
    std::fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let typist = desk.shell_as("bash", &[], &[("EDITOR", &editor.display().to_string())]);
    typist.press("echo less<c-x><c-e>").see(&["echo less with more"]);
    assert_eq!(desk.story(), [], "nothing ran");
    typist.press("<enter>").see(&["\nless with more"]);
    typist.leave();
    assert_eq!(desk.story(), [("echo less with more".to_owned(), "less with more\n".to_owned())]);
}

#[test]
fn a_history_that_is_off_keeps_nothing_and_what_is_typed_is_recorded_all_the_same() {
    let desk = Desk::new();
    desk.rc(".bashrc", "PS1='ready> '\nset +o history\n");
    std::fs::write(desk.play.home.root().join("home/.bash_history"), "of old\n").unwrap();
    let typist = desk.shell("bash");
    typist.run("echo one");
    typist.run("history | grep -c one");
    typist.run("set -o history");
    typist.run("echo two");
    typist.run("set +o history").see(&["stanch: the history is off: commands are recorded without their text"]);
    typist.run("echo three");
    typist.run("set -o history");
    typist.leave();
    let story = desk.story();
    assert_eq!(story[0], ("echo one".to_owned(), "one\n".to_owned()));
    assert_eq!(story[1].1, "1\n", "only the question itself");
    assert_eq!(story[5], ("# a line that the history of bash did not take".to_owned(), "three\n".to_owned()));
    let history = std::fs::read_to_string(desk.play.home.root().join("home/.bash_history")).unwrap();
    assert!(
        history.starts_with("of old\n") && history.contains("echo two") && !history.contains("echo one"),
        "{history}"
    );
}

#[test]
fn the_operators_zsh_files_and_hooks_stay_in_force() {
    let desk = Desk::new();
    desk.rc(".zshenv", "export FROM_ENV=zshenv\n");
    desk.rc(
        ".zshrc",
        "PS1='ready> '\nsetopt hist_ignore_space\nalias greet='echo hello'\nautoload -Uz add-zsh-hook\n\
         seen() { LAST=$?; SEEN=$((SEEN + 1)) }\nadd-zsh-hook precmd seen\n\
         before() { BEFORE=$1 }\nadd-zsh-hook preexec before\n",
    );
    let typist = desk.shell("zsh");
    typist.run("greet; (exit 4)");
    typist.run("echo $LAST $SEEN $FROM_ENV ${ZDOTDIR-none} $BEFORE");
    typist.run("[[ -o promptsp ]]; setopt | grep -c promptsp");
    typist.run(" echo kept out");
    typist.leave();
    let story = desk.story();
    assert_eq!(story[0].1, "hello\n");
    assert_eq!(story[1].1, "4 2 zshenv none echo $LAST $SEEN $FROM_ENV ${ZDOTDIR-none} $BEFORE\n");
    assert_eq!(story[3].1, "kept out\n");
}

#[test]
fn the_terminals_size_is_the_shells_and_follows() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.run("stty size");
        typist.0.resize(40, 120);
        typist.run("until [ \"$(stty size)\" = '40 120' ]; do :; done");
        typist.run("stty size");
        typist.leave();
        let sizes: Vec<_> = desk.story().into_iter().map(|(_, output)| output).collect();
        assert_eq!(sizes, ["24 80\n", "", "40 120\n"], "{name}");
        let times = std::fs::read_to_string(desk.dir.path().join("runs/0003/times")).unwrap();
        assert!(times.starts_with("0 0 120x40\n") || times.contains(" 0 120x40\n"), "{times}");
    }
}

#[test]
fn a_size_that_changes_at_every_moment_disturbs_nothing() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        for number in 0..30 {
            typist.press(&format!("echo {number}<enter>"));
            for columns in 80..84 {
                typist.0.resize(30, columns + number % 3);
            }
            typist.until_ended(usize::from(number) + 1);
        }
        typist.leave();
        let outputs: Vec<_> = desk.story().into_iter().map(|(_, output)| output).collect();
        assert_eq!(outputs, (0..30).map(|number| format!("{number}\n")).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn however_it_ends_the_terminal_is_as_it_was_and_the_command_has_an_end() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let desk = Desk::new();
        let typist = desk.shell("bash");
        assert!(!typist.0.is_cooked());
        typist.press("sh -c 'echo begun; exec sleep 600'<enter>").see(&["\nbegun"]);
        typist.0.kill(signal);
        let words = typist.screen.ended(code);
        assert!(words.contains("1 command was recorded"), "{words}");
        let last = desk.entries().pop().unwrap().event;
        assert!(matches!(last, Event::RunEnded(_)), "{last:?}");
        let left: Vec<_> = std::fs::read_dir(desk.play.home.root().join("tmp")).unwrap().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn what_was_left_of_a_full_screen_is_cleared_away_with_the_shell() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    typist.press("seq 500 | less<enter>");
    typist.0.wait("less", vt100::Screen::alternate_screen);
    typist.0.kill(Signal::TERM);
    typist.screen.ended(143);
}

#[test]
fn a_shell_that_dies_at_its_prompt_leaves_no_pastes_in_brackets() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.run("echo $$ > pid");
        typist.prompt().0.wait("pastes in brackets", vt100::Screen::bracketed_paste);
        let pid = std::fs::read_to_string(desk.play.path("pid")).unwrap();
        crate::stage::kill(pid.trim().parse().unwrap(), "KILL");
        typist.screen.ended(0);
    }
}

#[test]
fn a_stopped_job_goes_on_in_the_shell_that_has_it() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    typist.press("sh -c 'echo going; exec sleep 600'<enter>").see(&["\ngoing"]).press("<c-z>");
    until("it is suspended", || desk.ended() == 1);
    typist.prompt().press("fg<enter>").see(&["fg\nsh -c"]).press("<c-c>");
    until("it is interrupted", || desk.ended() == 2);
    typist.leave();
    let codes: Vec<_> = desk.told().into_iter().map(|told| told.end.exit).collect();
    assert_eq!(codes, [148, 130].map(stanch::session::run::Exit::Code));
    assert_eq!(desk.told()[1].command, "fg");
}

#[test]
fn a_recorder_that_is_killed_takes_its_shell_along_and_nothing_recorded_is_lost() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.run("echo $$ > pid; echo kept");
        typist.prompt().press("sh -c 'echo going; exec sleep 600'<enter>").see(&["\ngoing"]);
        typist.0.kill(Signal::KILL);
        assert_eq!(typist.0.ended(), Ended::Signal(9));
        let pid = std::fs::read_to_string(desk.play.path("pid")).unwrap();
        until("the shell is gone", || !std::path::Path::new(&format!("/proc/{}", pid.trim())).exists());
        // Whoever drives next finds that nobody saw the end.
        let screen = desk.play.screen(&["resume"], 80, 24);
        until("it is interrupted", || {
            desk.entries().iter().any(|entry| matches!(entry.event, Event::RunInterrupted { run } if run.0 == 2))
        });
        screen.answer(&["interrupted, outcome unknown", "Enter command"], "q");
        screen.ended(0);
        assert_eq!(desk.story()[0].1, "kept\n", "{name}");
        desk.play.stanch(&["audit", "last"]).expect_code(0);
    }
}
