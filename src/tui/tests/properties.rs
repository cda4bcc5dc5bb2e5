//! Whatever comes in whatever order: nothing panics, and no change starts unconfirmed.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::harness::runbook;
use super::world::{Script, World, script};
use crate::drive::{Job, News};
use crate::session::run::RunNo;
use crate::session::walk::Order;
use crate::tui::effect::Effect;
use crate::tui::keys::Chord;
use crate::tui::message::Message;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::tui::update::update;
use crate::tui::view::view;

#[derive(Debug, Clone)]
enum Move {
    Key(Chord, bool),
    Paste(String),
    Resize(u16, u16),
    Pass(i64),
    Deliver(u8),
    Draw,
    News(u8, u32),
}

fn chord() -> impl Strategy<Value = Chord> {
    let plain = "[ -~]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap_or('y')));
    let often = prop::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Char('y'),
        KeyCode::Esc,
        KeyCode::Down,
        KeyCode::Up,
        KeyCode::Tab,
        KeyCode::PageUp,
        KeyCode::Char('g'),
        KeyCode::Char('U'),
        KeyCode::Char('/'),
        KeyCode::Char('p'),
    ]);
    let codes = prop_oneof![3 => often, 2 => plain];
    let modifiers = prop::sample::select(vec![KeyModifiers::NONE, KeyModifiers::NONE, KeyModifiers::CONTROL]);
    (codes, modifiers).prop_map(|(code, modifiers)| Chord { code, modifiers })
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        8 => (chord(), any::<bool>()).prop_map(|(chord, fresh)| Move::Key(chord, fresh)),
        1 => "\\PC{0,12}".prop_map(Move::Paste),
        1 => (0u16..130, 0u16..50).prop_map(|(columns, rows)| Move::Resize(columns, rows)),
        1 => (0i64..900).prop_map(Move::Pass),
        6 => (0u8..6).prop_map(Move::Deliver),
        4 => Just(Move::Draw),
        1 => (0u8..7, 1u32..4).prop_map(|(kind, run)| Move::News(kind, run)),
    ];
    prop::collection::vec(one, 1..90)
}

fn news(kind: u8, run: u32) -> News {
    let run = RunNo(run);
    match kind {
        0 => News::Prompt { run, hidden: true },
        1 => News::Stopping { run, signal: "TERM".to_owned(), kill_in_ms: None },
        2 => News::StillAlive { run },
        3 => News::JournalTrouble { error: "full".to_owned(), kept: 2 },
        4 => News::JournalHealed,
        5 => News::Unkept { run, bytes: 7 },
        _ => News::Trouble("\u{1b}[2Jsomething\nelse".to_owned()),
    }
}

struct Play {
    model: Model,
    world: World,
    /// Keys pressed since the last frame: they can have confirmed nothing.
    fresh: bool,
}

impl Play {
    fn tell(&mut self, message: Message) -> Result<(), TestCaseError> {
        let effects = update(&mut self.model, self.world.now(), message);
        for effect in effects {
            if let Effect::Job(job) = &effect {
                self.check(job)?;
            }
            if !matches!(
                effect,
                Effect::Quit(_)
                    | Effect::Suspend
                    | Effect::Shell
                    | Effect::Redraw
                    | Effect::Copy(_)
                    | Effect::Pager { .. }
                    | Effect::Read(_)
                    | Effect::EditRunbook { .. }
            ) {
                self.world.perform(effect);
            }
        }
        Ok(())
    }

    /// A change is started only with its confirmation on record before it.
    fn check(&self, job: &Job) -> Result<(), TestCaseError> {
        let Job::Orders(orders) = job else { return Ok(()) };
        for (place, order) in orders.iter().enumerate() {
            let Order::Start(spec) = order else { continue };
            let recorded = orders[..place].iter().any(|order| match order {
                Order::Record(draft) => match &draft.event {
                    crate::session::event::Event::RunStarted(started) => {
                        let read = started.effect == crate::runbook::Effect::Read;
                        started.run == spec.run && (read || started.confirmed)
                    }
                    _ => false,
                },
                _ => false,
            });
            prop_assert!(recorded, "{spec:?} without a record or a confirmation");
            // What needs a person's y needs a frame that showed the question.
            let answers = self.model.overlay.is_none() && spec.effect != crate::runbook::Effect::Read;
            prop_assert!(self.fresh || !answers, "{spec:?} was confirmed by type-ahead");
        }
        Ok(())
    }

    fn play(&mut self, step: &Move) -> Result<(), TestCaseError> {
        match step {
            Move::Key(chord, fresh) => {
                let frame = if *fresh { self.model.frame } else { self.model.frame.saturating_sub(1) };
                self.fresh = frame >= self.model.settled;
                let message = Message::Key { chord: *chord, frame };
                self.tell(message)?;
                self.fresh = true;
            }
            Move::Paste(text) => {
                self.fresh = false;
                self.tell(Message::Paste(text.clone()))?;
                self.fresh = true;
            }
            Move::Resize(columns, rows) => self.tell(Message::Resize { columns: *columns, rows: *rows })?,
            Move::Pass(seconds) => {
                self.world.pass(*seconds);
                self.tell(Message::Tick)?;
            }
            Move::Deliver(count) => {
                for _ in 0..*count {
                    let Some(message) = self.world.outbox.pop_front() else { break };
                    self.tell(message)?;
                }
            }
            Move::Draw => {
                let (columns, rows) = self.model.size;
                let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a terminal");
                let model = &self.model;
                terminal.draw(|frame| view(model, Theme::coloured(), frame)).expect("a frame");
                let hostile = terminal.backend().buffer().content().iter().any(|cell| cell.symbol().contains('\u{1b}'));
                prop_assert!(!hostile);
                let frame = self.model.frame + 1;
                self.tell(Message::Drawn(frame))?;
            }
            Move::News(kind, run) => self.tell(Message::News(news(*kind, *run)))?,
        }
        Ok(())
    }
}

fn scripts() -> Vec<Script> {
    vec![
        script("journalctl", "unknown attribute 'x' for y\n", 0),
        Script { part: "psql", output: "", exit: None },
        script("curl", "500\n", 7),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_no_change_starts_unconfirmed(steps in moves()) {
        let world = World::new(Some(runbook()), scripts());
        let model = Model::new((100, 30), world.now(), None);
        let mut play = Play { model, world, fresh: true };
        play.world.perform(Effect::LoadLibrary);
        let begin = [Move::Deliver(5), Move::Draw, Move::Key(Chord::plain(KeyCode::Enter), true), Move::Deliver(40), Move::Draw];
        for step in begin.iter().chain(&steps) {
            play.play(step)?;
        }
    }
}
