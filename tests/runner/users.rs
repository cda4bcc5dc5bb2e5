//! Commands as another user. These run as root, as the test command does; `runuser` is there wherever `mount` is.

use stanch::runbook::Mode;
use stanch::session::run::{Exit, RunNo};

use crate::lane::Bench;

#[test]
fn a_command_runs_as_another_user_in_their_own_environment() {
    let mut bench = Bench::of(Some("nobody"));
    let (end, output) =
        bench.run("id -un; echo $HOME $USER $TERM; tty </dev/tty; [ -t 0 ] && [ -t 1 ] && echo terminal");
    assert_eq!((end.exit, end.carried), (Exit::Code(0), true), "{output}");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!((lines[0], lines[1], lines[3]), ("nobody", "/nonexistent nobody xterm-256color", "terminal"));
    assert!(lines[2].starts_with("/dev/"), "{output}");
}

#[test]
fn values_reach_it_and_no_argument_shows_them() {
    let mut bench = Bench::of(Some("nobody"));
    let mut spec =
        bench.spec("cat /proc/$$/cmdline /proc/$PPID/cmdline | tr '\\0' ' '; echo; echo $PLAIN ${#PASSWORD}");
    spec.env = vec![("PLAIN".to_owned(), "it's plain".to_owned())];
    spec.secrets = vec!["PASSWORD".to_owned()];
    bench.lane.start(&spec, vec![("PASSWORD".to_owned(), "hunter2-hunter2".to_owned())]).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(0));
    let output = bench.output(spec.run);
    assert!(output.ends_with("\nit's plain 15\n"), "{output}");
    let arguments = output.lines().next().unwrap();
    assert!(!arguments.contains("plain") && !arguments.contains("hunter2"), "{arguments}");
}

#[test]
fn their_environment_and_directory_carry_over() {
    let mut bench = Bench::of(Some("nobody"));
    bench.run_kept("export A='x y'; cd /tmp");
    let mut spec = bench.spec("echo \"$A\"; pwd; id -un");
    spec.mode = Mode::Pipe;
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(0));
    assert_eq!(bench.output(spec.run), "x y\n/tmp\nnobody\n");
}

#[test]
fn a_command_of_another_user_is_stopped_with_its_whole_group() {
    let mut bench = Bench::of(Some("nobody"));
    let mut spec = bench.spec("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; echo up; while :; do sleep 1; done'");
    spec.stop_grace_ms = 50;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    let pid = bench.output(spec.run).lines().next().unwrap().to_owned();
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).left_behind, 0);
    assert!(!crate::lane::is_alive(&pid));
}

#[test]
fn a_user_this_machine_does_not_know_is_told_when_the_lane_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let setup = crate::lane::setup(folder.path(), Some("nobody-of-this-name"));
    let error = stanch::runner::Lane::open(&folder.path().join("lanes/1"), &setup, |_| ()).unwrap_err();
    assert!(error.to_string().contains("could not find user nobody-of-this-name"), "{error}");
}

#[test]
fn a_value_larger_than_any_pipe_reaches_another_user() {
    let mut bench = Bench::of(Some("nobody"));
    let mut spec = bench.spec("echo ${#BIG}");
    spec.env = vec![("BIG".to_owned(), "x".repeat(100_000))];
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(0));
    assert_eq!(bench.output(RunNo(1)), "100000\n");
}
