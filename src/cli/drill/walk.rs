//! One drill walked without a screen, and what came of it.

use std::io::Write;
use std::time::Instant;

use super::super::Exit;
use super::super::around::choose;
use super::super::report::{self, parts};
use super::interrupt::Interrupt;
use crate::drive::auto::{Ending, walk_alone};
use crate::drive::drill::{Rehearsal, Rehearsed, lacking, missing, plan_of};
use crate::drive::{Beginning, Chosen, Result, Surroundings, begin};
use crate::postmortem::{DrillOutcome, DrillRecord, DrillWalk};
use crate::runbook::{DrillPlan, PhaseName};
use crate::session::walk::Path;
use crate::store::journal;
use crate::store::library::{Item, extract};

/// What all walks of drills share.
pub(super) struct Stage<'a> {
    pub(super) around: &'a Surroundings,
    pub(super) sabotage: bool,
    pub(super) interrupt: &'a Interrupt,
}

/// A drill that can be begun.
pub(super) struct Ready {
    pub(super) chosen: Chosen,
    pub(super) plan: DrillPlan,
}

impl Ready {
    /// Reads the runbook and what its drill says of itself.
    ///
    /// # Errors
    /// Where one of them has errors, or there is no drill.
    pub(super) fn of(item: &Item) -> Result<Self> {
        let chosen = choose(item)?;
        let plan = plan_of(item, &chosen.runbook)?;
        Ok(Self { chosen, plan })
    }
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
    pub(super) fn lacking(item: &Item, path: Option<PhaseName>, plan: &DrillPlan) -> Self {
        let missing = missing(plan);
        let mut walked = Self::new(item, path);
        walked.report.lacks = missing.iter().map(|need| (need.command.clone(), need.package.clone())).collect();
        walked.end(DrillOutcome::Lacking, &lacking(&item.id, &missing).into());
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
    pub(super) fn walk(&self, item: &Item, ready: &Ready, path: Option<PhaseName>, lines: &mut dyn Write) -> Walked {
        if !missing(&ready.plan).is_empty() {
            return Walked::lacking(item, path, &ready.plan);
        }
        let began = Instant::now();
        let mut walked = Walked::new(item, path);
        if let Err(error) = self.work(item, ready, lines, &mut walked) {
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

    fn work(&self, item: &Item, ready: &Ready, lines: &mut dyn Write, walked: &mut Walked) -> anyhow::Result<()> {
        let rehearsed = self.rehearse(item, ready)?;
        let worked = self.alone(ready, &rehearsed, lines, walked);
        let cleaned = rehearsed.clean();
        worked?;
        cleaned?;
        Ok(())
    }

    /// Breaks the throwaway service.
    pub(super) fn rehearse(&self, item: &Item, ready: &Ready) -> Result<Rehearsed> {
        eprintln!("breaking a throwaway service for the drill {} ...", item.id);
        let drills = self.around.paths.data.join("drills");
        let Ready { chosen, plan } = ready;
        let rehearsal = Rehearsal { runbook: &chosen.runbook, plan, drills: &drills, sabotage: self.sabotage };
        rehearsal.begin(|to| Ok(extract(item, to)?), &|| self.interrupt.came())
    }

    fn alone(
        &self,
        ready: &Ready,
        rehearsed: &Rehearsed,
        lines: &mut dyn Write,
        walked: &mut Walked,
    ) -> anyhow::Result<()> {
        let around = Surroundings { directory: Some(rehearsed.folder()), ..self.around.clone() };
        let session = begin(&around, beginning(ready, rehearsed, true))?;
        let dir = session.dir.clone();
        rehearsed.belongs_to(dir.id())?;
        let path = Path { prefer: walked.report.path, yes: true, again: None };
        let ending = walk_alone(session, &around, path, lines)?;
        walked.ended(&ending);
        let read = journal::read(&dir.journal())?;
        walked.report.record = Some(DrillRecord::new(dir.id(), &read.entries, &read.head, Some(&ready.chosen.runbook)));
        Ok(())
    }
}

/// How the session of a drill begins.
pub(super) fn beginning(ready: &Ready, rehearsed: &Rehearsed, auto: bool) -> Beginning {
    Beginning {
        drill: Some(ready.chosen.runbook.id.clone()),
        runbook: Some(ready.chosen.clone()),
        given: rehearsed.given().to_vec(),
        hosts: rehearsed.hosts().to_vec(),
        time_boxes: ready.plan.time_boxes.clone(),
        auto,
        ..Beginning::default()
    }
}
