//! What the incidents taught, and what is not learned.

use chrono::NaiveDate;

use super::fixture::{Journal, Ran};
use super::{hachyderm, iris, lama, opensuse, troet};
use crate::postmortem::lessons;
use crate::runbook::learn::{Edit, Head, begin};
use crate::runbook::{Effect, PhaseName, Runbook, parse};
use crate::session::event::{Event, MoveCause};
use crate::session::run::{Purpose, RunNo};

fn told(journal: &Journal, runbook: Option<&Runbook>) -> String {
    let told: Vec<String> = lessons(&journal.entries, runbook).iter().map(ToString::to_string).collect();
    told.join("\n")
}

#[test]
fn incidents_teach_their_runbooks() {
    insta::assert_snapshot!("hachyderm_taught", told(&hachyderm::journal(), Some(&hachyderm::runbook())));
    insta::assert_snapshot!("iris_taught", told(&iris::journal(), Some(&iris::runbook())));
}

#[test]
fn a_session_without_a_runbook_becomes_one() {
    let day = NaiveDate::from_ymd_opt(2019, 3, 1).unwrap();
    for (name, journal) in [("lama", lama::journal()), ("opensuse", opensuse::journal()), ("troet", troet::journal())] {
        let lessons = lessons(&journal.entries, None);
        let head = Head { title: format!("The work of {name}: $X"), ..Head::default() };
        match begin(&head, day, &lessons) {
            Ok(learnt) => {
                let parsed = parse(name, &learnt.text);
                let runbook = parsed.runbook.unwrap_or_else(|| panic!("{:?}\n{}", parsed.problems, learnt.text));
                let steps = lessons.iter().filter(|lesson| matches!(lesson.edit, Edit::Add { .. })).count();
                assert_eq!(runbook.steps().count(), steps, "{name}");
                insta::assert_snapshot!(format!("{name}_became_a_runbook"), learnt.text);
            }
            Err(why) => insta::assert_snapshot!(format!("{name}_became_a_runbook"), why),
        }
    }
}

const BOOK: &str = "{stanch: 1, title: T, diagnose: {steps: [{id: look, title: Look, run: 'look $A'}, {id: log, title: Log, run: log}]}, \
    fix: {steps: [{id: mend, title: Mend, run: mend, undo: {run: unmend}}]}, \
    verify: {steps: [{id: well, title: Well, run: well}]}}";

struct Worked(Journal);

impl Worked {
    fn new() -> Self {
        let mut journal = Journal::new("nova@alice", "2022-04-30");
        journal.open("19:00:00", "T", &[]);
        let mut worked = Self(journal);
        worked.phase(PhaseName::Diagnose);
        worked
    }

    fn phase(&mut self, phase: PhaseName) {
        self.0.add("19:00:01", Event::Moved { to: None, phase, because: MoveCause::Start });
    }

    fn ran(&mut self, run: Ran) -> RunNo {
        self.0.run("19:01:00", run)
    }

    fn edited(&mut self, step: &str, command: &str) {
        let run = self.ran(Ran::step(step, 1, command));
        for entry in &mut self.0.entries {
            if let Event::RunStarted(started) = &mut entry.event
                && started.run == run
            {
                started.edited = true;
            }
        }
    }

    fn pinned(&mut self, run: RunNo, text: &str) {
        self.0.add("19:02:00", Event::Pinned { run, first: 1, last: 1, text: text.to_owned() });
    }

    fn confirmed(&mut self, finding: u32, text: &str, confirmed: bool) {
        self.0.add("19:03:00", Event::FindingOpened { text: text.to_owned() });
        self.0.add("19:03:01", Event::FindingSettled { finding, confirmed, because: "it was seen".to_owned() });
    }

    fn told(&self) -> Vec<String> {
        told(&self.0, parse("book", BOOK).runbook.as_ref()).lines().map(str::to_owned).collect()
    }
}

#[test]
fn commands_that_helped_become_steps_where_they_belong() {
    let mut worked = Worked::new();
    worked.ran(Ran::own("df -h").reading());
    worked.ran(Ran::own("df -h ").reading());
    worked.ran(Ran::own("look $A").reading());
    worked.ran(Ran::own("false").reading().unhealthy(1, "expected exit 0, got 1"));
    worked.ran(Ran::own("systemctl restart \"$UNIT\""));
    worked.ran(Ran::step("well", 1, "well"));
    let told = worked.told();
    let wanted = [
        "diagnose: a new step, df -h: run by hand, and ended as expected",
        "fix: a new step, systemctl restart \"UNIT\": run by hand, and what it names held after it",
    ];
    assert_eq!(told, wanted);
    let lessons = lessons(&worked.0.entries, parse("book", BOOK).runbook.as_ref());
    let Edit::Add { step, .. } = &lessons[1].edit else { panic!("{lessons:?}") };
    assert_eq!((&*step.verify, step.effect), (&["well".to_owned()][..], None));
}

#[test]
fn what_holds_a_secret_becomes_no_step() {
    let mut worked = Worked::new();
    worked.ran(Ran::own("curl -H [secret TOKEN] x").reading());
    assert_eq!(
        worked.told(),
        ["`curl -H [secret TOKEN] x` was run by hand, but a secret stood in it: declare it as a variable"]
    );
}

#[test]
fn what_was_typed_in_a_shell_is_learned_where_it_was_shown_as_evidence() {
    let mut worked = Worked::new();
    let typed = |command: &str| Ran { purpose: Purpose::Shell, ..Ran::own(command) };
    let run = worked.ran(typed("tail -n 1 log"));
    worked.ran(typed("ls"));
    worked.ran(typed("systemctl restart web"));
    worked.pinned(run, "2022-04-30 19:00:00 UTC FATAL: no space");
    worked.confirmed(1, "The disk is full", true);
    let lessons = lessons(&worked.0.entries, parse("book", BOOK).runbook.as_ref());
    let Edit::Add { phase: PhaseName::Diagnose, step } = &lessons[0].edit else { panic!("{lessons:?}") };
    assert_eq!((step.effect, step.signs[0].pattern.as_str()), (None::<Effect>, "FATAL: no space"));
    assert_eq!(step.signs[0].finding, "The disk is full");
    let Edit::Add { phase: PhaseName::Fix, step } = &lessons[1].edit else { panic!("{lessons:?}") };
    assert_eq!((step.effect, step.run.as_str()), (None, "systemctl restart web"));
    assert!(lessons[2].because.starts_with("1 further command typed in a shell"), "{lessons:?}");
}

#[test]
fn a_confirmed_finding_becomes_a_sign_where_its_line_was_pinned() {
    let mut worked = Worked::new();
    let run = worked.ran(Ran::step("log", 1, "log"));
    worked.pinned(run, "a (b)");
    worked.confirmed(1, "It costs 5$", true);
    worked.confirmed(2, "It is DNS", false);
    worked.confirmed(3, "Nobody saw it", true);
    let told = worked.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("log: a new sign, It costs 5$$: "), "{told:?}");
    assert_eq!(told[1], "\"Nobody saw it\" was confirmed, but no line was pinned that shows it");
}

#[test]
fn commands_that_were_edited_and_steps_that_were_skipped_or_red_are_told() {
    let mut worked = Worked::new();
    worked.edited("look", "look harder");
    worked.edited("log", "log");
    worked.ran(Ran::step("log", 1, "log").unhealthy(127, "expected exit 0, got 127"));
    worked.ran(Ran::step("look", 2, "look $A").unhealthy(1, "expected exit 0, got 1"));
    worked.ran(Ran::step("well", 1, "well").unhealthy(1, "expected exit 0, got 1"));
    worked.0.add("19:09:00", Event::Skipped { step: "mend".to_owned(), reason: "not\nneeded".to_owned() });
    let wanted = [
        "look: another command: was run with this command instead, and ended as expected",
        "mend: was skipped: not …",
        "log: was not as expected in 1 of 2 runs: expected exit 0, got 127",
        "well: was not as expected: expected exit 0, got 1",
    ];
    assert_eq!(worked.told(), wanted);
}
