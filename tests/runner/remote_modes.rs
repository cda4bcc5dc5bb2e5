//! Modes, stops and other users on another machine, as on this one.

use stanch::runbook::{Effect, Mode, Shell};
use stanch::runner::Notice;
use stanch::session::run::Exit;

use crate::lane::until;
use crate::remote::{bench, bench_of};
use crate::support::Sshd;

#[test]
fn a_pipe_keeps_the_order_of_both_outputs_and_leaves_the_terminal_as_input() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    for _ in 0..3 {
        let mut spec = bench.spec("echo one; echo two >&2; echo three; [ -t 0 ] && ! [ -t 1 ] && exit 4");
        spec.mode = Mode::Pipe;
        let end = bench.run_spec(&spec);
        assert_eq!((end.exit, end.carried), (Exit::Code(4), true));
        assert_eq!(bench.output(spec.run), "one\ntwo\nthree\n");
    }
    let mut spec = bench.spec("seq 1 300000");
    spec.mode = Mode::Pipe;
    assert_eq!(bench.run_spec(&spec).lines, 300_000);
}

#[test]
fn a_secret_output_is_handed_back_and_never_written() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("echo said >&2; echo t0p-s3cret");
    spec.secret_output = true;
    bench.start(&spec);
    let secret = bench.wait(|notice| match notice {
        Notice::Ended { secret_output, .. } => Some(secret_output.clone()),
        _ => None,
    });
    assert_eq!(secret.as_deref(), Some("t0p-s3cret\n"));
    assert_eq!(bench.output(spec.run), "said\n");
}

#[test]
fn an_interactive_run_takes_keys_and_follows_the_size_of_the_screen() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench
        .spec("trap 'stty size' WINCH; echo up; while read -r x && [ \"$x\" != end ]; do stty size; done; stty size");
    spec.mode = Mode::Interactive;
    spec.width = 100;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\r\n");
    bench.lane.resize(spec.run, 77, 33).unwrap();
    bench.wait_output(spec.run, "33 77\r\n");
    bench.lane.input(spec.run, b"end\r").unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(0));
    assert!(bench.output(spec.run).contains("end\r\n"), "it is echoed: {}", bench.output(spec.run));
    assert_eq!(bench.run("stty size").1, "50 240\n", "the next has its own size again");
}

#[test]
fn control_c_reaches_the_command_and_nobody_else() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("trap 'echo caught; exit 5' INT; echo up; while :; do sleep 1; done");
    spec.mode = Mode::Interactive;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\r\n");
    bench.lane.input(spec.run, b"\x03").unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(5));
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn a_password_asked_for_over_there_is_told_and_so_is_its_end() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let spec = bench.spec("stty -echo; printf 'Password: '; read -r x; stty echo; echo; echo \"${#x}\"; read -r y");
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Prompt { hidden: true, .. }).then_some(()));
    bench.lane.input(spec.run, b"hunter2\r").unwrap();
    bench.wait(|notice| matches!(notice, Notice::Prompt { hidden: false, .. }).then_some(()));
    bench.lane.input(spec.run, b"\r").unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(0));
    assert!(bench.output(spec.run).starts_with("Password: \n7\n"), "{}", bench.output(spec.run));
}

#[test]
fn a_stop_ends_the_whole_group_over_there() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let spec = bench.spec("sh -c 'echo $$; echo up; while :; do sleep 1; done'; echo not reached");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    let pid = bench.output(spec.run).lines().next().unwrap().to_owned();
    bench.lane.stop(spec.run, false).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, end.left_behind), (Exit::Signal(15), 0));
    assert!(!crate::lane::is_alive(&pid));
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn a_change_over_there_is_killed_only_when_the_operator_says_so() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("trap '' TERM; echo up; while :; do sleep 1; done");
    (spec.effect, spec.stop_grace_ms) = (Effect::Change, 50);
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    bench.lane.stop(spec.run, false).unwrap();
    bench.wait(|notice| matches!(notice, Notice::StillAlive { .. }).then_some(()));
    bench.lane.stop(spec.run, true).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(9));
}

#[test]
fn a_worker_that_outlives_its_stopped_shell_is_waited_for_and_killed() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("sh -c 'trap \"\" TERM; echo $$; echo up; while :; do sleep 1; done'");
    spec.stop_grace_ms = 300;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    let pid = bench.output(spec.run).lines().next().unwrap().to_owned();
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).left_behind, 0);
    until("the worker is gone", || !crate::lane::is_alive(&pid));
}

#[test]
fn a_follow_run_goes_on_until_it_is_stopped_and_what_stays_behind_is_told() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("echo up; exec tail -f /dev/null");
    spec.mode = Mode::Follow;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(15));
    let (end, output) = bench.run("sleep 600 >/dev/null 2>&1 & echo $!");
    assert_eq!((end.exit, end.left_behind), (Exit::Code(0), 1));
    let done = std::process::Command::new("kill").arg(output.trim()).status().unwrap();
    assert!(done.success(), "{output}");
}

#[test]
fn a_command_runs_as_another_user_of_that_machine() {
    let server = Sshd::start();
    // They have to reach the pipes' folder for nothing: what they need comes through their standard input.
    let mut bench = bench_of(&server, Some("nobody"), false);
    let mut spec = bench
        .spec("id -un; echo $HOME $USER ${#PASSWORD}; [ -t 0 ] && [ -t 1 ] && echo terminal; export B='x y'; cd /tmp");
    spec.secrets = vec!["PASSWORD".to_owned()];
    bench.lane.start(&spec, vec![("PASSWORD".to_owned(), "hunter2-hunter2".to_owned())]).unwrap();
    let end = bench.wait_end(spec.run);
    let output = bench.output(spec.run);
    assert_eq!(
        (end.exit, end.carried, output.as_str()),
        (Exit::Code(0), true, "nobody\n/nonexistent nobody 15\nterminal\n")
    );
    bench.lane.keep(spec.run).unwrap();
    let mut spec = bench.spec("echo \"$B\"; pwd; id -un");
    spec.mode = Mode::Pipe;
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(0));
    assert_eq!(bench.output(spec.run), "x y\n/tmp\nnobody\n");
    let mut unknown = bench_of(&server, Some("nobody-of-this-name"), false);
    let end = unknown.run("true").0;
    assert!(
        matches!(&end.exit, Exit::NotStarted(why) if why.starts_with("could not find user nobody-of-this-name on db")),
        "{end:?}"
    );
}

#[test]
fn who_asks_once_for_a_terminal_asks_once_for_a_lane() {
    let server = Sshd::start();
    let ask = server.root().join("ask");
    // What sudo does: a ticket for this terminal and this session.
    let text = "t=$TMPDIR/ticket-$(tty | tr / -)-$(ps -o sid= -p $$ | tr -d ' '); [ -e $t ] && exit; \
                printf 'Password: ' >/dev/tty; read -r x </dev/tty; : >$t";
    std::fs::write(&ask, text).unwrap();
    let mut bench = bench(&server);
    let spec = bench.spec(&format!("sh {} && echo in", ask.display()));
    bench.start(&spec);
    bench.wait_output(spec.run, "Password: ");
    bench.lane.input(spec.run, b"x\r").unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(0));
    assert_eq!(bench.run(&format!("sh {} && echo in", ask.display())).1, "in\n");
}

#[test]
fn directories_shells_and_what_is_missing_are_those_of_that_machine() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    for (cwd, there) in [("/usr", "/usr\n"), ("~", "/root\n"), ("~/.", "/root\n")] {
        let mut spec = bench.spec("cd -P . && pwd");
        spec.cwd = Some(cwd.to_owned());
        assert_eq!(bench.run_spec(&spec).exit, Exit::Code(0), "{cwd}");
        assert_eq!(bench.output(spec.run), there, "{cwd}");
    }
    let mut spec = bench.spec("true");
    spec.cwd = Some("/nowhere/at/all".to_owned());
    let end = bench.run_spec(&spec);
    assert!(
        matches!(&end.exit, Exit::NotStarted(why) if why.starts_with("could not enter /nowhere/at/all on db")),
        "{end:?}"
    );
    let mut spec = bench.spec("x=(a b); echo ${x[1]}; false | true");
    spec.shell = Shell::Bash;
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(1));
    assert_eq!(bench.output(spec.run), "b\n");
    let mut spec = bench.spec("false\necho not reached");
    spec.strict = true;
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(1));
    assert_eq!(bench.output(spec.run), "");
}

#[test]
fn a_value_larger_than_any_pipe_and_every_byte_reach_it() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("echo \"${#BIG}\"; printf %s \"$ODD\" | cksum");
    let odd: String = ('\u{1}'..='\u{2ff}').collect();
    spec.env = vec![("BIG".to_owned(), "x".repeat(100_000)), ("ODD".to_owned(), odd.clone())];
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(0));
    let sum =
        std::process::Command::new("sh").args(["-c", "printf %s \"$ODD\" | cksum"]).env("ODD", odd).output().unwrap();
    assert_eq!(bench.output(spec.run), format!("100000\n{}", String::from_utf8_lossy(&sum.stdout)));
}
