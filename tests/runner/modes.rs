//! How commands meet their terminal.

use stanch::runbook::Mode;
use stanch::runner::Notice;
use stanch::session::run::{Exit, RunNo};

use crate::lane::Bench;

#[test]
fn a_pipe_keeps_the_order_of_both_outputs_and_leaves_the_terminal_as_input() {
    let mut bench = Bench::new();
    // Without the echo of its keys: that comes from the terminal, and in no order with what comes through the pipe.
    let command = "stty -echo; [ -t 0 ] && echo 'keys'; [ -t 1 ] || echo 'no terminal' >&2; i=0
        while [ $i -lt 200 ]; do echo out; echo err >&2; i=$((i + 1)); done; read -r line; echo \"said $line\"";
    let mut spec = bench.spec(command);
    spec.mode = Mode::Pipe;
    bench.start(&spec);
    bench.wait_output(spec.run, &"out\nerr\n".repeat(200));
    bench.lane.input(spec.run, b"yes\n").unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, end.carried), (Exit::Code(0), true));
    assert_eq!(bench.output(spec.run), format!("keys\nno terminal\n{}said yes\n", "out\nerr\n".repeat(200)));
}

#[test]
fn a_pipe_held_open_by_a_child_does_not_keep_its_run_open() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("sleep 100 & echo $!");
    spec.mode = Mode::Pipe;
    let end = bench.run_spec(&spec);
    assert_eq!((end.exit.clone(), end.left_behind), (Exit::Code(0), 1));
    let pid = bench.output(spec.run);
    assert!(end.took_ms < 2000, "{end:?}");
    bench.run(&format!("kill {pid}"));
}

#[test]
fn a_question_on_the_terminal_reaches_a_run_with_a_pipe() {
    let mut bench = Bench::new();
    let mut spec =
        bench.spec("stty -echo </dev/tty; printf 'Password: ' >/dev/tty; read -r word </dev/tty; stty echo </dev/tty; echo ${#word}");
    spec.mode = Mode::Pipe;
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Prompt { hidden: true, .. }).then_some(()));
    assert_eq!(bench.output(spec.run), "Password: ");
    bench.lane.input(spec.run, b"hunter2\n").unwrap();
    bench.wait_end(spec.run);
    assert_eq!(bench.output(spec.run), "Password: 7\n");
}

#[test]
fn a_password_prompt_is_told_and_so_is_its_end() {
    let mut bench = Bench::new();
    let spec =
        bench.spec("stty -echo; printf 'Password: '; read -r word; stty echo; echo; read -r line; echo ${#word}");
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Prompt { hidden: true, .. }).then_some(()));
    bench.lane.input(spec.run, b"hunter2\n").unwrap();
    bench.wait(|notice| matches!(notice, Notice::Prompt { hidden: false, .. }).then_some(()));
    bench.lane.input(spec.run, b"\n").unwrap();
    bench.wait_end(spec.run);
    assert_eq!(bench.output(spec.run), "Password: \n\n7\n");
}

#[test]
fn what_is_typed_at_a_password_prompt_is_written_nowhere_though_it_is_printed_later() {
    let mut bench = Bench::new();
    let spec = bench.spec(
        "stty -echo; printf 'Password: '; read -r word; stty echo; echo \"as I feared: $word\"; read -r name; echo \"hello $name\"",
    );
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Prompt { hidden: true, .. }).then_some(()));
    bench.lane.input(spec.run, b"hunter").unwrap();
    bench.lane.input(spec.run, b"2-hunter2\n").unwrap();
    bench.wait(|notice| matches!(notice, Notice::Prompt { hidden: false, .. }).then_some(()));
    bench.lane.input(spec.run, b"world\n").unwrap();
    bench.wait_end(spec.run);
    assert_eq!(bench.output(spec.run), "Password: as I feared: [secret TYPED]\nworld\nhello world\n");
}

#[test]
fn a_program_that_reads_key_by_key_asks_for_no_password() {
    let mut bench = Bench::new();
    let spec = bench.spec("stty -echo -icanon; echo up; head -c 1 >/dev/null; stty sane; echo down");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    // The terminal is looked at every 100 ms; sizes are told by the same thread, so this comes after a look at the latest state.
    bench.lane.input(spec.run, b"x").unwrap();
    bench.wait(|notice| match notice {
        Notice::Prompt { .. } => panic!("{notice:?}"),
        Notice::Ended { .. } => Some(()),
        _ => None,
    });
}

#[test]
fn an_interactive_run_has_a_translating_terminal_that_follows_the_screen() {
    let mut bench = Bench::new();
    let command =
        "trap 'stty size' WINCH; echo ${PAGER-none}; echo up; while ! read -r line; do :; done; echo \"$line\"";
    let mut spec = bench.spec(command);
    spec.mode = Mode::Interactive;
    spec.width = 80;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\r\n");
    bench.lane.resize(spec.run, 123, 45).unwrap();
    bench.wait_output(spec.run, "45 123\r\n");
    bench.lane.input(spec.run, b"bye\r").unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(0));
    assert_eq!(bench.output(spec.run), "none\r\nup\r\n45 123\r\nbye\r\nbye\r\n");
    let times = std::fs::read_to_string(bench.path(spec.run, "times")).unwrap();
    assert!(times.lines().any(|line| line.ends_with(" 10 123x45")), "{times}");
    // And the next plain run has its own again.
    assert_eq!(bench.run("stty size").1, "50 240\n");
}

#[test]
fn control_c_reaches_the_command_and_nobody_else() {
    let mut bench = Bench::new();
    // The last process says that it is there: a shell that gets the signal while it starts a child may miss it.
    let file = bench.folder.path().join("up");
    std::fs::write(&file, "up\n").unwrap();
    let mut spec = bench.spec(&format!("exec tail -n +1 -f {}", file.display()));
    spec.mode = Mode::Interactive;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\r\n");
    bench.lane.input(spec.run, b"\x03").unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(2));
    // Keys for a run that is over reach nobody: the next one waits for its own.
    bench.lane.input(spec.run, b"\x03echo typed ahead\n").unwrap();
    let spec = bench.spec("echo up; read -r line; echo \"got $line\"");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    bench.lane.input(spec.run, b"mine\n").unwrap();
    bench.wait_end(spec.run);
    assert_eq!(bench.output(spec.run), "up\nmine\ngot mine\n");
}

#[test]
fn keys_nobody_reads_are_bounded_and_hold_nothing_up() {
    let mut bench = Bench::new();
    let spec = bench.spec("stty raw -echo; echo up; sleep 100");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    for _ in 0..100 {
        bench.lane.input(spec.run, &[b'x'; 4096]).unwrap();
    }
    bench.wait(|notice| matches!(notice, Notice::Trouble { what } if what.contains("does not read")).then_some(()));
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(15));
    let spec = bench.spec("read -r line; echo \"got $line\"");
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Started { .. }).then_some(()));
    bench.lane.input(spec.run, b"mine\n").unwrap();
    bench.wait_end(spec.run);
    assert_eq!(bench.output(RunNo(2)), "mine\ngot mine\n");
}

#[test]
fn a_follow_run_goes_on_until_it_is_stopped() {
    let mut bench = Bench::new();
    let file = bench.folder.path().join("log");
    std::fs::write(&file, "first\n").unwrap();
    let mut spec = bench.spec(&format!("tail -n +1 -f {}", file.display()));
    spec.mode = Mode::Follow;
    bench.start(&spec);
    bench.wait_output(spec.run, "first\n");
    std::fs::write(&file, "first\nsecond\n").unwrap();
    bench.wait_output(spec.run, "second\n");
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(15));
}
