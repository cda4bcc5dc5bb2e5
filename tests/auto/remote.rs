//! Steps on another machine, walked without a screen: a real OpenSSH server on loopback.

use stanch::session::event::Event;
use stanch::session::run::RunNo;

use crate::stage::{Said, Stage, kill, supervisors, until};
use crate::support::Sshd;

fn walk(stage: &Stage, server: &Sshd) -> Said {
    stage.end(begun(stage, server, &["run", "book", "--auto", "--yes"]))
}

fn begun(stage: &Stage, server: &Sshd, arguments: &[&str]) -> std::process::Child {
    let mut command = stage.command(arguments);
    command.envs(server.environment().into_iter().filter(|(name, _)| name == "PATH")).spawn().unwrap()
}

/// A stage whose change waits on the other machine for a file, which is returned.
fn detached(server: &Sshd) -> (Stage, std::path::PathBuf) {
    let go = server.root().join("go");
    let text = format!(
        "
stanch: 1
title: Elsewhere
hosts: {{ db: '{}' }}
fix:
  steps: [{{ id: mend, title: Mend, run: 'echo begun; until [ -e {} ]; do sleep 0.1; done; echo mended', on: db, detach: true }}]
",
        server.target(),
        go.display()
    );
    (Stage::with(&text), go)
}

#[test]
fn a_detached_change_is_collected_after_everything_on_this_machine_was_killed() {
    let server = Sshd::start();
    let (stage, go) = detached(&server);
    let walk = begun(&stage, &server, &["run", "book", "--auto", "--yes"]);
    stage.wait_output("0001", "begun");
    kill(walk.id(), "KILL");
    kill(supervisors(&stage.home.data())[0], "KILL");
    stage.end(walk);
    until("the supervisor is dead", || supervisors(&stage.home.data()).is_empty());
    std::fs::write(&go, "").unwrap();
    let said = stage.end(begun(&stage, &server, &["resume", "--auto", "--yes"]));
    said.expect_code(0).expect_line("may live on").expect_line("fix mend on db: as expected");
    let output = std::fs::read_to_string(stage.session().run(RunNo(1)).join("output")).unwrap();
    assert_eq!(output, "begun\nmended\n");
    assert!(!stage.events().iter().any(|event| matches!(event, Event::RunInterrupted { .. })));
}

#[test]
fn a_detached_change_goes_on_in_a_walk_that_lost_its_supervisor() {
    let server = Sshd::start();
    let (stage, go) = detached(&server);
    let walk = begun(&stage, &server, &["run", "book", "--auto", "--yes"]);
    stage.wait_output("0001", "begun");
    kill(supervisors(&stage.home.data())[0], "KILL");
    std::fs::write(&go, "").unwrap();
    stage.end(walk).expect_code(0).expect_line("may live on").expect_line("fix mend on db: as expected");
}

#[test]
fn what_a_connection_says_first_is_kept_and_held_against_nothing() {
    let server = Sshd::start();
    std::fs::write(server.root().join("banner"), "500 errors will be prosecuted\n").unwrap();
    let stage = Stage::with(&format!(
        "
stanch: 1
title: Elsewhere
hosts: {{ db: '{}' }}
diagnose:
  steps:
    - {{ id: http, title: Http, run: echo 200, on: db, expect: {{ match: '^200', absent: 'error' }}, capture: {{ CODE: '^(\\d+)' }} }}
fix:
  steps:
    - {{ id: there, title: There, run: 'test \"$CODE\" = 200 && echo $SSH_CONNECTION', on: db, detach: true, expect: {{ match: '127.0.0.1' }} }}
",
        server.target()
    ));
    let said = walk(&stage, &server);
    said.expect_code(0);
    let output = std::fs::read_to_string(stage.session().run(RunNo(1)).join("output")).unwrap();
    assert!(output.contains("prosecuted") && output.ends_with("200\n"), "{output}");
    assert_eq!(server.logins(), 1, "{}", server.log());
}

#[test]
fn a_connection_that_asks_something_fails_where_nobody_can_answer() {
    let server = Sshd::unknown();
    let stage = Stage::with(&format!(
        "
stanch: 1
title: Elsewhere
hosts: {{ db: '{}' }}
diagnose:
  steps: [{{ id: http, title: Http, run: echo 200, on: db }}]
fix:
  steps: [{{ id: mend, title: Mend, run: 'true', on: db }}]
",
        server.target()
    ));
    walk(&stage, &server).expect_code(1);
    let reached = |event: &Event| matches!(event, Event::RunEnded(ended) if format!("{:?}", ended.end.exit).contains("could not reach db"));
    assert!(stage.events().iter().any(reached), "{:?}", stage.events());
    assert!(server.log().matches("Accepted").count() == 0, "{}", server.log());
}
