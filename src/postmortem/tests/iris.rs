//! Iris, July 2020: nobody wrote down a time, and the plan made of it has time boxes.

use super::fixture::{Journal, Ran};
use crate::postmortem::Length;
use crate::runbook::{PhaseName, Runbook, Severity, parse};
use crate::session::event::{Detection, Event, MoveCause, Opened, RunbookRef, Status, Tag};

const BOOK: &str = r#"stanch: 1
title: Requests are slow or fail after a release
severity: sev1
services: [app]
diagnose:
  time_box: 20m
  steps:
    - id: deploy
      title: Did the tasks of the deployment run?
      run: kubectl logs job/deploy-tasks --tail 50
      signs:
        - match: a foreign key constraint fails
          finding: The migration did not run, and the index it brings is missing
          go: [revert, fix]
    - { id: threads, title: On what do the database's threads wait?, run: mysql -e 'SHOW FULL PROCESSLIST' }
    - { id: tracker, title: Is it the code?, see: Which errors does the tracker show since the release? }
revert:
  time_box: 20m
  steps:
    - { id: release, title: The release before, run: kubectl rollout undo deploy/app, mitigates: true, verify: [answers] }
fix:
  steps:
    - { id: orphans, title: Remove rows without an account, run: mysql -e "$DELETE", verify: [answers], effect: destroy }
    - { id: migrate, title: Run the migration, run: kubectl create job migrate --from=cronjob/deploy-tasks, verify: [answers], mitigates: true }
verify:
  steps:
    - { id: answers, title: Requests are answered in time, run: curl -fsS -m 2 http://app.local/health }
vars:
  DELETE: { default: DELETE FROM events WHERE account_id NOT IN (SELECT id FROM accounts) }
"#;

pub(in crate::postmortem) fn runbook() -> Runbook {
    let parsed = parse("bad-release", BOOK);
    let problems: Vec<_> = parsed.problems.iter().map(|problem| problem.message.clone()).collect();
    parsed.runbook.unwrap_or_else(|| panic!("the fixture is a runbook: {problems:?}"))
}

fn step(id: &str) -> Ran {
    Ran::step(id, 1, runbook().step(id).and_then(|(_, step)| step.command()).map_or("", |command| &command.run))
}

/// The outage as it went, had it been worked in a session: the deployment was looked at last, and the box of diagnose ran out.
pub(in crate::postmortem) fn journal() -> Journal {
    let mut journal = Journal::new("cto@laptop", "2020-07-17");
    let opened = Opened {
        title: "Requests are slow or fail after a release".to_owned(),
        runbook: Some(RunbookRef {
            id: "bad-release".to_owned(),
            origin: "bundled".to_owned(),
            sha256: "0".repeat(64),
        }),
        severity: Severity::parse("sev1"),
        services: vec!["app".to_owned()],
        planned: false,
        drill: None,
        time_boxes: Vec::new(),
        auto: false,
        alert: None,
        zone: "-07:00".to_owned(),
        version: "0.1.0".to_owned(),
    };
    journal.add("00:00:00", Event::Opened(opened));
    let attached = Event::Attached { boot_id: "b1".to_owned(), host: "laptop".to_owned(), version: "0.1.0".to_owned() };
    journal.add("00:00:00", attached);
    let moved = |to: &str, phase, because| Event::Moved { to: Some(to.to_owned()), phase, because };
    journal.add("00:00:01", moved("tracker", PhaseName::Diagnose, MoveCause::Operator));
    let tracker = Event::Answered {
        step: "tracker".to_owned(),
        answer: "timeouts everywhere, nothing that points to the code".to_owned(),
        go: None,
        healthy: true,
    };
    journal.add("00:06:00", tracker);
    journal.add("00:06:10", moved("threads", PhaseName::Diagnose, MoveCause::Operator));
    let waiting = "12\tapp\tSending data\tselect id from events where token = 'k2'\n".repeat(3);
    journal.run("00:09:00", step("threads").took(300).printed(&waiting));
    journal.add("00:10:00", Event::FindingOpened { text: "An index is missing on events.token".to_owned() });
    let decision = Event::TimeBoxAnswered {
        phase: PhaseName::Diagnose,
        decision: "go on".to_owned(),
        reason: "the cause is nearly found".to_owned(),
    };
    journal.add("00:20:10", decision);
    journal.add("00:24:00", moved("deploy", PhaseName::Diagnose, MoveCause::Operator));
    let log = "ERROR 1452 (23000) at line 1: Cannot add or update a child row: a foreign key constraint fails\n";
    let run = journal.run("00:24:30", step("deploy").took(900).printed(log));
    let seen = Event::SignSeen {
        run,
        step: "deploy".to_owned(),
        sign: 0,
        finding: Some("The migration did not run, and the index it brings is missing".to_owned()),
        go: Vec::new(),
        line: 1,
        text: log.trim_end().to_owned(),
        evidence: None,
    };
    journal.add("00:24:31", seen);
    let because = "the log of deploy-tasks names the constraint".to_owned();
    journal.add("00:25:00", Event::FindingSettled { finding: 2, confirmed: true, because });
    journal.add("00:25:00", Event::StatusChanged { status: Status::Identified });
    journal.add("00:25:10", moved("orphans", PhaseName::Fix, MoveCause::Sign("deploy".to_owned())));
    journal.run("00:26:00", step("orphans").changing().took(700));
    journal.run("00:27:00", step("migrate").changing().took(600_000));
    journal.add("00:37:01", moved("answers", PhaseName::Verify, MoveCause::VerifyFirst("migrate".to_owned())));
    journal.run("00:37:10", step("answers").took(150));
    journal.add("00:38:00", Event::DetectedBy { source: Detection::Responder, text: None });
    journal.add("00:38:30", Event::Note { tag: Tag::Bad, text: "The deployment was looked at last".to_owned() });
    journal.add(
        "00:39:00",
        Event::Note { tag: Tag::Todo, text: "Release a migration before the code that needs it".to_owned() },
    );
    journal.add("00:40:00", Event::Closed { note: None });
    journal
}

#[test]
fn where_no_key_time_is_known_none_is_made_up() {
    let document = journal().document(Some(&runbook()));
    assert!(document.front.key_times.is_empty());
    assert!(document.front.metrics.iter().all(|metric| matches!(metric.value, Length::Unknown(_))));
}

#[test]
fn the_time_box_that_ran_out_is_beside_the_time_that_was_taken() {
    let text = journal().markdown(Some(&runbook()));
    assert!(text.contains("| diagnose | 25 m 09 s | 20 m 00 s, over by 5 m 09 s |"), "{text}");
    assert!(
        text.contains("decided when the time box of diagnose was over: go on: the cause is nearly found"),
        "{text}"
    );
    assert!(text.contains("- diagnose took 5 m 09 s more than its time box."), "{text}");
}

#[test]
fn iris_as_markdown() {
    insta::assert_snapshot!(journal().markdown(Some(&runbook())));
}
