//! What the drive tells.

use super::{output, unrecorded, want};
use crate::drive::{Job, News};
use crate::session::entry::Entry;
use crate::session::event::{Event, RECORD_BEFORE_ACT};
use crate::session::run::{Purpose, RunNo};
use crate::session::state::Standing;
use crate::session::walk::{Happening, Intent};
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::model::{Model, Pane, Role, SessionScreen, clock_words, is_bad};
use crate::tui::words;

/// Rows of a pane, its title among them, that a program with the keys can be worked in.
const WORKABLE: u16 = 20;

/// The drive told something.
pub(super) fn told(model: &mut Model, news: News) -> Vec<Effect> {
    let now_ms = model.now.boot_ms;
    let (columns, rows) = (layout::output_size(model).0, layout::output_rows(model));
    let Some(session) = model.session_mut() else { return Vec::new() };
    match news {
        News::Walk(happening) => return happened(model, happening),
        News::Runbook(runbook) => {
            session.take(runbook);
            // What is being confirmed was drawn from the version before.
            model.overlay = None;
        }
        News::Page(page) => {
            if session.output.run == Some(page.run) {
                session.output.page = Some(*page);
                output::keep_in_sight(session);
            }
        }
        News::Found(found) => {
            let found = *found;
            let shown = session.output.run == Some(found.run);
            let search = session.output.search.as_mut().filter(|search| shown && search.query == found.query);
            if let Some(spot) = search.and_then(|search| search.told(found)) {
                output::found(session, spot, rows, columns);
            }
        }
        News::Text { run, first, last, text } => return output::text(model, run, (first, last), text),
        News::Grew { run, bytes, .. } => {
            let live = session.live.entry(run).or_default();
            if bytes > live.bytes {
                // A size that was told before the command had begun did not reach it.
                if live.bytes == 0 {
                    session.told = None;
                }
                live.bytes = bytes;
                live.rate.grew(now_ms, bytes);
                live.grew_ms = Some(now_ms);
            }
        }
        News::Last { run, text } => drop(session.lasts.lines.insert(run, text)),
        News::Counted { run, flags } => session.live.entry(run).or_default().flags = flags,
        News::Unkept { run, bytes } => {
            let live = session.live.entry(run).or_default();
            live.unkept = live.unkept.max(bytes);
            live.grew_ms = Some(now_ms);
        }
        News::Prompt { run, hidden } => session.live.entry(run).or_default().prompt = hidden,
        News::Stopping { run, signal, kill_in_ms } => {
            let kill = kill_in_ms.map(|ms| now_ms.saturating_add(ms));
            session.live.entry(run).or_default().stopping = Some((signal, kill));
        }
        News::StillAlive { run } => {
            session.live.entry(run).or_default().still_alive = true;
            let name = words::run_name(run, session.walk.state());
            model.warn(format!("{name} did not end; x again offers to KILL it."));
        }
        News::JournalTrouble { error, kept } => {
            // What came to its end must not seem to go on for as long as the disk takes nothing.
            let lend = session.walk.knows_more().then(|| Effect::job(Job::Lend));
            if session.unwritten.replace((error, kept)).is_some() {
                return lend.into_iter().collect();
            }
            // What waits for the disk must not begin by itself whenever it comes back.
            let waiting = session.queue.len();
            session.queue.retain(|intent| !intent.starts());
            if session.pending.take().is_some() || session.queue.len() < waiting {
                model.warn("Not done: nothing is started until the record can be written again.");
            }
            return lend.into_iter().collect();
        }
        News::JournalHealed => {
            unrecorded::healed(model);
            model.say("The record is written again; nothing was lost.");
        }
        News::Withheld { command } => unrecorded::withheld(model, command),
        News::Trouble(text) => model.warn(text),
    }
    Vec::new()
}

fn happened(model: &mut Model, happening: Happening) -> Vec<Effect> {
    let (frame, size, now_ms) = (model.frame, model.size, model.now.boot_ms);
    let Some(session) = model.session_mut() else { return Vec::new() };
    let (mut recorded, mut others) = (None, Vec::new());
    match &happening {
        Happening::Recorded(entry) => {
            recorded = Some(entry.clone());
            if session.unwritten.is_some() {
                // The disk is back by itself: nothing begins by that.
                session.queue.retain(|intent| !intent.starts());
            }
        }
        Happening::Lent(entry) => {
            session.unsafely += usize::from(is_unsafe(entry));
            recorded = Some(entry.clone());
        }
        Happening::Written { others: written, .. } => {
            session.unsafely = 0;
            others.clone_from(written);
        }
        _ => {}
    }
    let orders = session.walk.happened(happening);
    let mut effects = Vec::new();
    if !orders.is_empty() {
        effects.push(Effect::job(Job::Orders(orders)));
    }
    for entry in others {
        session.timeline.push(&entry, session.walk.state());
    }
    if let Some(entry) = recorded {
        if matches!(entry.event, Event::RunbookChanged { .. }) && matches!(session.role, Role::Driver) {
            effects.push(Effect::job(Job::Orders(session.walk.taken())));
        }
        let overtaken = matches!(entry.event, Event::Moved { .. }) && is_overtaken(session);
        session.timeline.push(&entry, session.walk.state());
        session.follow(&entry, frame, size, now_ms);
        if let Some(words) = remark(session, &entry) {
            model.say(words);
        } else if matches!(entry.event, Event::Closed { .. }) {
            // What was said of closing is over.
            model.notice = None;
        }
        if overtaken {
            model.say("The screen changed before Enter came: press it again if you still mean it.");
        }
    }
    effects.extend(goes_on(model));
    effects
}

/// Whether it says that a command is started without a record.
fn is_unsafe(entry: &Entry) -> bool {
    matches!(&entry.event, Event::Overridden { rule, .. } if rule == RECORD_BEFORE_ACT)
}

/// The walk went on while a key waited for the disk. What it would run is the step that is over by now: its next try is not what was
/// asked for, so it is dropped; whether there was such a key.
fn is_overtaken(session: &mut SessionScreen) -> bool {
    let waiting = session.queue.len();
    session.queue.retain(|intent| !matches!(intent, Intent::Run { edited: None, .. }));
    session.queue.len() < waiting
}

/// A sentence on what was just recorded, where the operator should not miss it.
fn remark(session: &SessionScreen, entry: &Entry) -> Option<String> {
    if let Some(words) = clock_words(entry, session.walk.state()) {
        return Some(format!("Mind the times: {words}. Durations are right."));
    }
    match &entry.event {
        Event::RunEnded(ended) => {
            let run = session.walk.state().runs.get(&ended.run)?;
            let elsewhere = session.output.run != Some(ended.run);
            // On many hosts the list tells of each; only what went wrong is worth a sentence.
            let listed = session.host_of(ended.run).is_some() && ended.verdict.is_healthy();
            // What goes well beside the walk must not hide the sentence that says what comes next.
            let expected = match &run.started.purpose {
                Purpose::Guard { .. } | Purpose::Shell => true,
                Purpose::Step { step, .. } => session.walk.is_ready_check(step) && ended.verdict.is_healthy(),
                _ => false,
            };
            (elsewhere && !expected && !listed).then(|| {
                let name = words::run_name(ended.run, session.walk.state());
                format!("{name}: {}", words::verdict(&ended.verdict))
            })
        }
        // The time that it tells is proposed in the sentence that says what comes next.
        Event::SignSeen { finding: None, evidence: Some(_), .. } => None,
        Event::SignSeen { step, finding, text, .. } => Some(format!("{step}: {}", finding.as_deref().unwrap_or(text))),
        Event::Flagged { step, says, text, .. } => Some(format!("{step}: {}", says.as_deref().unwrap_or(text))),
        _ => None,
    }
}

/// What waits for the record: the next of several things wanted, a run that waited for its value, errands.
fn goes_on(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    let Some(session) = model.session_mut() else { return effects };
    if let Some(refusal) = session.walk.refused().map(ToString::to_string) {
        if session.told_refusal.as_ref() != Some(&refusal) {
            session.told_refusal = Some(refusal.clone());
            model.warn(refusal);
        }
    } else {
        session.told_refusal = None;
    }
    let Some(session) = model.session_mut() else { return effects };
    if session.walk.is_recording() || !session.drives() || model.leaving.is_some() {
        return effects;
    }
    let Some(session) = model.session_mut() else { return effects };
    if let Some(intent) = session.queue.pop_front() {
        return want::want(model, intent);
    }
    if let Some(intent) = waited_for(session) {
        if model.overlay.is_none() {
            return want::want(model, intent);
        }
        return effects;
    }
    // Nobody asked for them: what cannot be recorded waits.
    if session.unwritten.is_none()
        && let Some(intent) = session.walk.errand()
        && let Ok(orders) = session.walk.intend(&intent)
    {
        effects.push(Effect::job(Job::Orders(orders)));
    }
    effects
}

/// What waited for a value that is there now.
fn waited_for(session: &mut SessionScreen) -> Option<Intent> {
    let pending = session.pending.as_ref()?;
    let state = session.walk.state();
    let there = state.vars.get(&pending.name).is_some_and(|value| value.seq > pending.seq)
        || state.hosts.contains_key(&pending.name);
    there.then(|| session.pending.take().map(|pending| pending.intent)).flatten()
}

impl SessionScreen {
    /// The screen goes along with what was recorded.
    fn follow(&mut self, entry: &Entry, frame: u64, size: (u16, u16), now_ms: u64) {
        match &entry.event {
            Event::RunStarted(started) => {
                // Checks beside the walk do not take the pane away from what the operator looks at.
                // On many hosts the first one is shown, and stays.
                let follows = self.host_of(started.run).is_some();
                if (!self.walk.is_beside(started.run) && !follows) || self.output.run.is_none() {
                    self.output.show(started.run);
                }
                if self.drives() && self.is_interactive(started.run) {
                    self.give_keys(started.run, frame, size);
                }
            }
            Event::RunEnded(ended) => {
                self.over(ended.run, now_ms);
                self.look_at_bad(ended.run);
            }
            Event::RunInterrupted { run } => self.over(*run, now_ms),
            Event::Moved { .. } => {
                self.selected = None;
                self.scroll = 0;
            }
            _ => {}
        }
    }

    /// An attempt on many hosts is over and went wrong somewhere: that is what is looked at, unless the operator does already.
    fn look_at_bad(&mut self, run: RunNo) {
        let Some(spread) = self.spread().filter(|spread| spread.host(run).is_some()) else { return };
        let over = !matches!(spread.standing(), Standing::Running | Standing::Healthy);
        let shown = self.output.run.and_then(|run| spread.host(run));
        let bad = spread.hosts.iter().find(|host| is_bad(host)).and_then(|host| host.run);
        if let (true, Some(bad), Some(shown)) = (over, bad, shown)
            && !is_bad(shown)
            && self.output.anchor.is_none()
        {
            self.output.show(bad);
        }
    }

    /// Gives a run the keys, and the whole screen where its pane is too small to work in.
    pub(super) fn give_keys(&mut self, run: RunNo, frame: u64, size: (u16, u16)) {
        self.output.show(run);
        self.keys_to = Some(run);
        self.keys_since = frame + 1;
        self.quiet = None;
        if self.is_interactive(run) && !self.zoom && layout::areas(size, self).output.height < WORKABLE {
            self.lent = Some((run, self.zoom, self.focus));
            self.zoom = true;
            self.focus = Pane::Output;
        }
    }

    fn over(&mut self, run: RunNo, now_ms: u64) {
        if self.keys_to == Some(run) {
            self.keys_to = None;
            // The rest of what was being typed was meant for the command.
            self.quiet = Some((run, now_ms));
        }
        if let Some((_, zoom, focus)) = self.lent.take_if(|(lent, ..)| *lent == run) {
            self.zoom = self.zoom && zoom;
            self.focus = focus;
        }
        if let Some(live) = self.live.get_mut(&run) {
            live.prompt = false;
            live.stopping = None;
            live.still_alive = false;
        }
        let failed = self.pending.as_ref().is_some_and(|pending| {
            let started = self.walk.state().runs.get(&run).map(|run| &run.started.purpose);
            let fetched = matches!(started, Some(Purpose::Variable { name }) if *name == pending.name);
            let listed = matches!(started, Some(Purpose::Inventory { host }) if *host == pending.name);
            if listed {
                return !self.walk.state().hosts.contains_key(&pending.name);
            }
            let healthy = self.walk.state().runs.get(&run).and_then(|run| run.verdict());
            fetched && !healthy.is_some_and(crate::session::event::Verdict::is_healthy)
        });
        if failed {
            self.pending = None;
        }
    }
}
