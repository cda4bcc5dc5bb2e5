//! Steps on another machine, walked without a screen: a real OpenSSH server on loopback.

use stanch::session::event::Event;

use crate::stage::{Said, Stage};
use crate::support::Sshd;

fn walk(stage: &Stage, server: &Sshd) -> Said {
    let mut command = stage.command(&["run", "book", "--auto", "--yes"]);
    command.envs(server.environment().into_iter().filter(|(name, _)| name == "PATH"));
    stage.end(command.spawn().unwrap())
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
    let output = std::fs::read_to_string(stage.session().run(stanch::session::run::RunNo(1)).join("output")).unwrap();
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
