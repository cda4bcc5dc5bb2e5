//! The session screen.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{FixedOffset, Offset, Utc};

use super::hosts::Lasts;
use super::output::Output;
use super::rate::Rate;
use super::timeline::Timeline;
use crate::runbook::{Mode, PhaseName, Runbook, Step, StepId, VarName, fill};
use crate::session::event::Verdict;
use crate::session::run::RunNo;
use crate::session::state::Run;
use crate::session::walk::{Intent, Walk};
use crate::session::when;
use crate::tui::words;

/// The session screen.
#[derive(Debug)]
pub(crate) struct SessionScreen {
    /// The session's id.
    pub(crate) id: String,
    /// The walk.
    pub(crate) walk: Walk,
    /// Who drives.
    pub(crate) role: Role,
    /// The step the operator looks at; none looks at the cursor.
    pub(crate) selected: Option<StepId>,
    /// The pane that has the keys for moving about.
    pub(crate) focus: Pane,
    /// That pane has the whole screen.
    pub(crate) zoom: bool,
    /// Lines the step's pane is scrolled by.
    pub(crate) scroll: u16,
    /// The output pane.
    pub(crate) output: Output,
    /// What is known of runs beside the record.
    pub(crate) live: BTreeMap<RunNo, Live>,
    /// Last lines of runs on many hosts.
    pub(crate) lasts: Lasts,
    /// The latest entries.
    pub(crate) timeline: Timeline,
    /// Something that waits for a value.
    pub(crate) pending: Option<Pending>,
    /// Things wanted one after the other, each when the one before is on disk.
    pub(crate) queue: VecDeque<Intent>,
    /// Keys go to the command of this run.
    pub(crate) keys_to: Option<RunNo>,
    /// The first frame that shows where the keys go.
    pub(crate) keys_since: u64,
    /// A command that had the keys ended by itself: its run, and when a key last came (by the clock for durations).
    pub(crate) quiet: Option<(RunNo, u64)>,
    /// The whole screen was given to this run; how it was before: one pane alone, and which had the keys.
    pub(crate) lent: Option<(RunNo, bool, Pane)>,
    /// The size last told to that command.
    pub(crate) told: Option<(RunNo, u16, u16)>,
    /// The record cannot be written: the error, and how many entries are kept in memory.
    pub(crate) unwritten: Option<(String, usize)>,
    /// Commands that were not started because of that, until it is decided whether they are to be.
    pub(crate) withheld: Vec<String>,
    /// How many commands were started all the same.
    pub(crate) unsafely: usize,
    /// Something that stays: a folder in memory instead of the disk.
    pub(crate) banner: Option<String>,
    /// The phase whose time box is over, and its length in milliseconds; until that is answered.
    pub(crate) over: Option<(PhaseName, u64)>,
    /// What is due, in sentences that stay until it is done.
    pub(crate) reminders: Vec<String>,
    /// The guard last spoken of, so that it is spoken of once.
    pub(crate) told_refusal: Option<String>,
}

/// Who drives the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// This screen.
    Driver,
    /// Another one; whose.
    Follower(String),
}

/// A pane of the session screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pane {
    /// Phases and steps.
    Steps,
    /// The step's text and command.
    Step,
    /// The hosts of a step that runs on many.
    Hosts,
    /// Output.
    Output,
    /// The latest entries.
    Timeline,
}

impl Pane {
    /// All, in the order of Tab.
    pub(crate) const ALL: [Self; 5] = [Self::Steps, Self::Step, Self::Hosts, Self::Output, Self::Timeline];
}

/// What is known of a run beside the record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Live {
    /// Bytes of output so far.
    pub(crate) bytes: u64,
    /// Bytes of output so far that the disk had no room for.
    pub(crate) unkept: u64,
    /// When output last came, by the clock for durations.
    pub(crate) grew_ms: Option<u64>,
    /// How fast it comes.
    pub(crate) rate: Rate,
    /// Lines that matched so far, for each flag of its step.
    pub(crate) flags: Vec<u64>,
    /// It asks for something that is not shown as it is typed: a password.
    pub(crate) prompt: bool,
    /// It is being stopped: by this signal, and KILL follows then (by the clock for durations), where it follows by itself.
    pub(crate) stopping: Option<(String, Option<u64>)>,
    /// It did not stop.
    pub(crate) still_alive: bool,
}

/// Something that waits for a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pending {
    /// What was asked for.
    pub(crate) intent: Intent,
    /// The value it waits for.
    pub(crate) name: VarName,
    /// Entries there were when it began to wait.
    pub(crate) seq: u64,
}

impl SessionScreen {
    /// A screen for a walk.
    pub(crate) fn new(id: String, walk: Walk, role: Role) -> Self {
        Self {
            id,
            walk,
            role,
            selected: None,
            focus: Pane::Steps,
            zoom: false,
            scroll: 0,
            output: Output::default(),
            live: BTreeMap::new(),
            lasts: Lasts::default(),
            timeline: Timeline::default(),
            pending: None,
            queue: VecDeque::new(),
            keys_to: None,
            keys_since: 0,
            quiet: None,
            lent: None,
            told: None,
            unwritten: None,
            withheld: Vec::new(),
            unsafely: 0,
            banner: None,
            over: None,
            reminders: Vec::new(),
            told_refusal: None,
        }
    }

    /// Goes on with another version of the runbook.
    pub(crate) fn take(&mut self, runbook: Arc<Runbook>) {
        if self.selected.as_ref().is_some_and(|step| runbook.step(step).is_none()) {
            self.selected = None;
        }
        self.scroll = 0;
        self.walk.take(runbook);
    }

    /// The id of the step that is looked at.
    pub(crate) fn at(&self) -> Option<&str> {
        self.selected.as_deref().or(self.walk.state().cursor.as_deref())
    }

    /// The step that is looked at, with its phase.
    pub(crate) fn step(&self) -> Option<(PhaseName, &Step)> {
        self.walk.runbook()?.step(self.at()?)
    }

    /// A step's title, values filled in as in all prose.
    pub(crate) fn title_of(&self, step: &Step) -> String {
        self.filled(&step.title)
    }

    /// Whether the operator looks at the step the walk is at.
    pub(crate) fn is_at_cursor(&self) -> bool {
        self.selected.is_none() || self.selected == self.walk.state().cursor
    }

    /// The run that Stop and the keys mean: the one shown if it is going on, else the one of the walk, else any.
    pub(crate) fn running(&self) -> Option<RunNo> {
        let running = self.walk.running();
        let shown = self.output.run.filter(|run| running.contains(run));
        let walking = || running.iter().rev().find(|run| !self.walk.is_beside(**run)).copied();
        shown.or_else(walking).or_else(|| running.last().copied())
    }

    /// Whether something on the screen moves with the time.
    pub(crate) fn is_ticking(&self) -> bool {
        let state = self.walk.state();
        if state.closed {
            return false;
        }
        // The clock of the incident is on the screen as long as the session is open.
        state.began.is_some()
    }

    /// What stays on the screen until it is dealt with, what counts most first.
    pub(crate) fn stays(&self) -> Vec<String> {
        let mut stays = Vec::new();
        if let Some((error, kept)) = &self.unwritten {
            // The cause before the path: a narrow screen cuts the rest.
            let (tried, cause) = error.split_once(": ").unwrap_or(("", error));
            let started = match self.unsafely {
                0 => String::new(),
                1 => "A command was started unrecorded. ".to_owned(),
                many => format!("{many} commands were started unrecorded. "),
            };
            stays.push(format!(
                "{started}The record cannot be written: {cause}. Kept in memory and tried again: {kept} entries. {tried}"
            ));
        }
        stays.extend(self.banner.clone());
        if let Some((phase, limit)) = self.over {
            let who = if self.drives() { "T decides what now." } else { "Who drives decides." };
            stays.push(format!("{phase} is over its time box {}: {who}", words::span(limit)));
        }
        stays.extend(self.reminders.iter().cloned());
        stays
    }

    /// Whether this screen drives the session.
    pub(crate) fn drives(&self) -> bool {
        self.role == Role::Driver
    }

    /// The operator's zone: times are shown and typed in it. The record is in UTC.
    pub(crate) fn zone(&self) -> FixedOffset {
        let opened = self.walk.state().opened.as_ref();
        opened.and_then(|opened| when::zone(&opened.zone)).unwrap_or_else(|| Utc.fix())
    }

    /// Prose with the values that are known filled in, as the record shows it.
    pub(crate) fn filled(&self, text: &str) -> String {
        let vars = &self.walk.state().vars;
        fill(text, |name| vars.get(name).and_then(|value| value.text.clone()))
    }

    /// The last run of the step that is looked at.
    pub(crate) fn last_run(&self) -> Option<RunNo> {
        self.walk.state().steps.get(self.at()?)?.runs.last().copied()
    }

    /// Lines of a run that matched, for each flag of its step: as recorded at its end, until then as counted so far.
    pub(crate) fn flag_counts(&self, run: RunNo) -> Vec<u64> {
        let ended = self.walk.state().runs.get(&run).and_then(|run| run.ended.as_ref());
        let live = self.live.get(&run).map(|live| &live.flags);
        ended.map(|ended| &ended.flags).or(live).cloned().unwrap_or_default()
    }

    /// Shows what is going on, or what went on last.
    pub(crate) fn take_up(&mut self) {
        let run = self.running().or_else(|| self.walk.state().runs.keys().next_back().copied());
        if let Some(run) = run {
            self.output.show(run);
        }
    }

    /// Whether the last row of the output pane is kept for a remark: a screen of the command's own must not jump for it.
    pub(crate) fn has_remark(&self) -> bool {
        let run = self.output.run.and_then(|run| self.walk.state().runs.get(&run));
        let unhealthy = |run: &Run| run.verdict().is_some_and(|verdict| matches!(verdict, Verdict::Unhealthy(_)));
        let own = self.output.pick.is_some() || self.output.search.is_some();
        own || run.is_some_and(|run| run.is_running() || unhealthy(run))
    }

    /// Whether a run reads keys by its nature.
    pub(crate) fn is_interactive(&self, run: RunNo) -> bool {
        self.walk.state().runs.get(&run).is_some_and(|run| run.started.mode == Mode::Interactive)
    }
}
