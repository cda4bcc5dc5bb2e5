//! The same journal gives the same bytes, whatever it holds, and nothing makes it fall over.

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::fixture::{Journal, Ran};
use super::hachyderm;
use super::hostile::{HOSTILE, assert_harmless};
use crate::postmortem::{html, json};
use crate::runbook::{Lead, PhaseName, Severity};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, MoveCause, Source, Status, Tag};
use crate::session::excerpt::{Excerpt, ExcerptLine};
use crate::session::run::{Purpose, RunNo};

const STEPS: [&str; 6] = ["health", "post", "migrate", "posts", "streaming", "nowhere"];

/// Something that happens: an event, or a run from start to end.
#[derive(Debug, Clone)]
enum Happens {
    Event(Box<Event>, Option<When>),
    Run { step: Option<&'static str>, attempt: u32, healthy: bool, change: bool, text: String, ends: bool },
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        2 => "\\PC{0,40}",
        1 => prop::collection::vec(any::<char>(), 0..200).prop_map(String::from_iter),
    ]
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (1_556_000_000_i64..1_656_000_000).prop_filter_map("a time", |seconds| DateTime::from_timestamp(seconds, 0))
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        time().prop_map(When::Exact),
        time().prop_map(When::About),
        (time(), time()).prop_map(|(from, to)| When::Between(from, to)),
    ]
}

fn step() -> impl Strategy<Value = &'static str> {
    prop::sample::select(STEPS.to_vec())
}

fn event() -> impl Strategy<Value = Event> {
    let phase = prop::sample::select(PhaseName::ALL.to_vec());
    let mark = prop::sample::select(Mark::ALL.to_vec());
    let tag =
        prop::sample::select(vec![Tag::Plain, Tag::Good, Tag::Bad, Tag::Luck, Tag::Question, Tag::DeadEnd, Tag::Todo]);
    let status = prop::sample::select(vec![Status::Investigating, Status::Mitigated, Status::Resolved, Status::Paused]);
    let run = (1_u32..8).prop_map(RunNo);
    prop_oneof![
        (tag, text()).prop_map(|(tag, text)| Event::Note { tag, text }),
        mark.prop_map(|mark| Event::Marked { mark }),
        status.prop_map(|status| Event::StatusChanged { status }),
        (1_u8..6).prop_map(|level| Event::SeverityChanged { severity: Severity::parse(&level.to_string()).unwrap() }),
        (phase.clone(), step()).prop_map(|(phase, step)| Event::Moved {
            to: Some(step.to_owned()),
            phase,
            because: MoveCause::Sign(step.to_owned()),
        }),
        (step(), text()).prop_map(|(step, reason)| Event::Skipped { step: step.to_owned(), reason }),
        (step(), text(), any::<bool>()).prop_map(|(step, answer, healthy)| Event::Answered {
            step: step.to_owned(),
            answer,
            go: Some(Lead::Stop),
            healthy,
        }),
        (text(), text()).prop_map(|(rule, reason)| Event::Overridden { rule, reason }),
        (phase, text(), text()).prop_map(|(phase, decision, reason)| Event::TimeBoxAnswered {
            phase,
            decision,
            reason
        }),
        (run.clone(), text()).prop_map(|(run, text)| Event::Pinned { run, first: 1, last: u64::MAX, text }),
        (run.clone(), step(), text(), text()).prop_map(|(run, step, finding, text)| Event::SignSeen {
            run,
            step: step.to_owned(),
            sign: 0,
            finding: Some(finding),
            go: Vec::new(),
            line: 1,
            text,
            evidence: None,
        }),
        run.clone().prop_map(|run| Event::RunInterrupted { run }),
        (run.clone(), any::<bool>(), text()).prop_map(|(run, happened, because)| Event::RunSettled {
            run,
            happened,
            because
        }),
        (run, any::<bool>()).prop_map(|(run, force)| Event::StopAsked { run, force }),
        text().prop_map(|value| Event::VariableSet {
            name: "OLD".to_owned(),
            value: Some(value),
            source: Source::Operator
        }),
        text().prop_map(|boot_id| Event::Attached { boot_id, host: "h".to_owned(), version: "1".to_owned() }),
        (any::<u64>(), text()).prop_map(|(bytes, file)| Event::TailSetAside { bytes, file }),
        Just(Event::Left { note: None }),
        Just(Event::Closed { note: None }),
        Just(Event::Reopened),
        Just(Event::Unknown),
    ]
}

fn happens() -> impl Strategy<Value = Happens> {
    let run = (prop::option::of(step()), 1_u32..5, any::<bool>(), any::<bool>(), text(), any::<bool>()).prop_map(
        |(step, attempt, healthy, change, text, ends)| Happens::Run { step, attempt, healthy, change, text, ends },
    );
    prop_oneof![2 => (event(), prop::option::of(when())).prop_map(|(event, when)| Happens::Event(Box::new(event), when)), 1 => run]
}

fn journal(begun: bool, happens: Vec<(i64, Happens)>) -> Journal {
    let mut journal = Journal::new("a@b", "2022-04-30");
    if begun {
        journal.open("19:00:00", "Anything", &["web"]);
    }
    let mut at = journal.time("19:00:00");
    for (wait, happens) in happens {
        at += chrono::TimeDelta::seconds(wait);
        let clock = at.format("%T%.3f").to_string();
        journal.day(&at.format("%F").to_string());
        match happens {
            Happens::Event(event, when) => journal.push(at, *event).happened = when,
            Happens::Run { step, attempt, healthy, change, text, ends } => {
                let own = Ran::own(&text);
                let run = step.map_or(own.clone(), |step| Ran {
                    purpose: Purpose::Step { step: step.to_owned(), attempt },
                    ..own
                });
                let run = if change { run } else { run.reading() };
                let run = if healthy { run } else { run.unhealthy(1, &text) }.printed(&text);
                if ends {
                    let number = journal.run(&clock, run);
                    let line = ExcerptLine { text, cut: 7 };
                    let excerpt = Excerpt {
                        head: vec![line],
                        omitted_lines: 3,
                        omitted_bytes: 9,
                        bytes: 99,
                        tail: vec![],
                        drawn: false,
                    };
                    journal.excerpts.of.insert(number, excerpt);
                } else {
                    journal.start(&clock, run);
                }
            }
        }
    }
    journal
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_journal_is_a_whole_page_and_the_same_one_every_time(
        begun in any::<bool>(),
        happens in prop::collection::vec((-100_i64..2_000, happens()), 0..40),
    ) {
        let runbook = hachyderm::runbook();
        let all = format!("{happens:?}");
        let journal = journal(begun, happens);
        for runbook in [Some(&runbook), None] {
            let text = journal.markdown(runbook);
            assert_harmless(&text, &all);
            prop_assert_eq!(&text, &journal.markdown(runbook));
            prop_assert!(crate::postmortem::merge::is_untouched(&text));
            let document = journal.document(runbook);
            let page = html::render(&document);
            html::tests::assert_sound(&page, &all);
            prop_assert_eq!(&page, &html::render(&document));
            let data = json::render(&document);
            prop_assert!(json::is_ours(&data));
            prop_assert_eq!(&data, &json::render(&document));
        }
    }
}
