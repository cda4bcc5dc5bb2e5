//! Keys that come between two entries of the record.

use super::harness::chords;
use super::world::{World, script};
use crate::drive::News;
use crate::runbook::parse;
use crate::session::event::Event;
use crate::session::walk::Happening;
use crate::tui::effect::{Effect, Open};
use crate::tui::message::Message;
use crate::tui::model::Model;
use crate::tui::update::update;

const BOOK: &str = "{stanch: 1, title: T, diagnose: {steps: [\
    {id: a, title: A, run: look}, {id: b, title: B, run: see}]}}";

/// A model and its world, one message at a time.
struct Play {
    model: Model,
    world: World,
}

impl Play {
    fn begun() -> Self {
        let book = parse("book", BOOK).runbook.expect("a runbook");
        let mut world = World::new(Some(book), vec![script("look", "", 0), script("see", "", 0)]);
        let opened = world.open(&Open::Session { id: "s-1".to_owned() });
        let mut play = Self { model: Model::new((80, 24), world.now(), None), world };
        play.tell(Message::Opened(Box::new(opened)));
        play
    }

    fn tell(&mut self, message: Message) {
        for effect in update(&mut self.model, self.world.now(), message) {
            if !matches!(effect, Effect::Redraw) {
                self.world.perform(effect);
            }
        }
    }

    /// A key of somebody who saw the screen as it is at this moment.
    fn enter(&mut self) {
        self.tell(Message::Drawn(self.model.frame + 1));
        self.tell(Message::Key { chord: chords("Enter")[0], frame: self.model.frame });
    }

    /// What waits to be told is told, up to an entry that is as said and with it.
    fn until(&mut self, last: impl Fn(&Event) -> bool) {
        while let Some(message) = self.world.outbox.pop_front() {
            let found = matches!(&message, Message::News(News::Walk(Happening::Recorded(entry))) if last(&entry.event));
            self.tell(message);
            if found {
                return;
            }
        }
    }

    fn commands(&self) -> Vec<&str> {
        self.world.started.iter().map(|spec| spec.command.as_str()).collect()
    }
}

#[test]
fn enter_between_a_runs_end_and_the_step_after_it_runs_nothing_twice() {
    let mut play = Play::begun();
    play.until(|_| false);
    play.enter();
    play.until(|event| matches!(event, Event::RunEnded(_)));
    play.enter();
    play.until(|_| false);
    assert_eq!(play.commands(), ["look"], "what was shown when Enter came is over");
    let said = play.model.notice.as_ref().map(|notice| notice.text.as_str()).unwrap_or_default();
    assert!(said.contains("press it again"), "{said:?}");
    play.enter();
    play.until(|_| false);
    assert_eq!(play.commands(), ["look", "see"]);
}

#[test]
fn enter_while_something_else_is_recorded_waits_for_it() {
    let mut play = Play::begun();
    play.until(|event| matches!(event, Event::Attached { .. }));
    play.until(|event| matches!(event, Event::Moved { .. }));
    play.enter();
    play.until(|_| false);
    assert_eq!(play.commands(), ["look"]);
}
