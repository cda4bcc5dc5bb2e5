//! One drill walked without a screen, and what came of it.

use std::io::Write;
use std::time::Instant;

use super::super::Exit;
use super::super::around::choose;
use super::super::report::{self, parts};
use super::interrupt::Interrupt;
use crate::drive::auto::{Ending, walk_alone};
use crate::drive::drill::{Plan, Rehearsal, Rehearsed};
use crate::drive::{Beginning, Chosen, Result, Surroundings, begin};
use crate::postmortem::{DrillOutcome, DrillRecord, DrillWalk};
use crate::runbook::PhaseName;
use crate::session::walk::Path;
use crate::store::journal;
use crate::store::library::{Item, extract};

/// What all walks of drills share.
pub(super) struct Stage<'a> {
    pub(super) around: &'a Surroundings,
    pub(super) sabotage: bool,
    pub(super) interrupt: &'a Interrupt,
}

/// What came of one.
pub(super) struct Walked {
    pub(super) report: DrillWalk,
    pub(super) exit: Exit,
}

impl Walked {
    /// Nothing yet.
    fn new(item: &Item, path: Option<PhaseName>) -> Self {
        let report = DrillWalk {
            drill: item.id.clone(),
            origin: item.origin.to_string(),
            path,
            outcome: DrillOutcome::NotBegun,
            why: String::new(),
            hint: None,
            lacks: Vec::new(),
            exit_code: 0,
            took_ms: 0,
            record: None,
        };
        Self { report, exit: Exit::Fine }
    }

    /// One that could not even be begun; that is told on standard error.
    pub(super) fn not_begun(item: &Item, path: Option<PhaseName>, error: &anyhow::Error) -> Self {
        let mut walked = Self::new(item, path);
        walked.end(DrillOutcome::NotBegun, error);
        walked
    }

    /// One whose needs are not met here.
    pub(super) fn lacking(item: &Item, path: Option<PhaseName>, plan: &Plan) -> Self {
        let missing = plan.missing();
        let mut walked = Self::new(item, path);
        walked.report.lacks = missing.iter().map(|need| (need.command.clone(), need.package.clone())).collect();
        walked.end(DrillOutcome::Lacking, &Plan::lacking(&item.id, &missing).into());
        walked
    }

    /// Ends with an error.
    fn end(&mut self, outcome: DrillOutcome, error: &anyhow::Error) {
        report::report(error);
        let (why, hint, exit) = parts(error);
        self.is(outcome, why, exit);
        self.report.hint = hint;
    }

    fn is(&mut self, outcome: DrillOutcome, why: String, exit: Exit) {
        self.exit = exit;
        self.report.outcome = outcome;
        self.report.why = why;
        self.report.exit_code = exit.code();
    }

    fn ended(&mut self, ending: &Ending) {
        let outcome = match ending {
            Ending::Healthy(_) => DrillOutcome::Healed,
            Ending::Failed(_) => DrillOutcome::NotHealed,
            Ending::Person(_) => DrillOutcome::PersonNeeded,
            Ending::Journal(_) => DrillOutcome::NotRecorded,
            Ending::Interrupted { .. } => DrillOutcome::Interrupted,
        };
        self.is(outcome, ending.in_words(), Exit::of(ending));
    }
}

impl Stage<'_> {
    /// Walks a drill by a way out; the line of each event goes to `lines`.
    pub(super) fn walk(&self, item: &Item, plan: &Plan, path: Option<PhaseName>, lines: &mut dyn Write) -> Walked {
        if !plan.missing().is_empty() {
            return Walked::lacking(item, path, plan);
        }
        let began = Instant::now();
        let mut walked = Walked::new(item, path);
        if let Err(error) = self.work(item, plan, lines, &mut walked) {
            let outcome = match (self.interrupt.came(), &walked.report.record) {
                (true, _) => DrillOutcome::Interrupted,
                (false, None) => DrillOutcome::NotBegun,
                (false, Some(_)) => DrillOutcome::NotCleaned,
            };
            walked.end(outcome, &error);
        }
        walked.report.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        walked
    }

    fn work(&self, item: &Item, plan: &Plan, lines: &mut dyn Write, walked: &mut Walked) -> anyhow::Result<()> {
        let chosen = choose(item)?;
        let rehearsed = self.rehearse(item, plan, &chosen)?;
        let worked = self.alone(chosen, &rehearsed, lines, walked);
        let cleaned = rehearsed.clean();
        worked?;
        cleaned?;
        Ok(())
    }

    /// Breaks the throwaway service.
    pub(super) fn rehearse(&self, item: &Item, plan: &Plan, chosen: &Chosen) -> Result<Rehearsed> {
        eprintln!("breaking a throwaway service for the drill {} ...", item.id);
        let drills = self.around.paths.data.join("drills");
        let rehearsal = Rehearsal { runbook: &chosen.runbook, plan, drills: &drills, sabotage: self.sabotage };
        rehearsal.begin(|to| Ok(extract(item, to)?), &|| self.interrupt.came())
    }

    fn alone(
        &self,
        chosen: Chosen,
        rehearsed: &Rehearsed,
        lines: &mut dyn Write,
        walked: &mut Walked,
    ) -> anyhow::Result<()> {
        let around = Surroundings { directory: Some(rehearsed.folder()), ..self.around.clone() };
        let runbook = std::sync::Arc::clone(&chosen.runbook);
        let session = begin(&around, beginning(chosen, rehearsed, true))?;
        let dir = session.dir.clone();
        rehearsed.belongs_to(dir.id())?;
        let path = Path { prefer: walked.report.path, yes: true, again: None };
        let ending = walk_alone(session, &around, path, lines)?;
        walked.ended(&ending);
        let read = journal::read(&dir.journal())?;
        walked.report.record = Some(DrillRecord::new(dir.id(), &read.entries, &read.head, Some(&runbook)));
        Ok(())
    }
}

/// How the session of a drill begins.
pub(super) fn beginning(chosen: Chosen, rehearsed: &Rehearsed, auto: bool) -> Beginning {
    Beginning {
        drill: Some(chosen.runbook.id.clone()),
        runbook: Some(chosen),
        given: rehearsed.given().to_vec(),
        auto,
        ..Beginning::default()
    }
}
