//! Every drill there is, one after the other.

use std::io::Write;
use std::path::Path;

use super::super::Exit;
use super::interrupt::Interrupt;
use super::walk::{Ready, Stage, Walked};
use super::{Args, Format, left, lines, tell, told_or};
use crate::drive::drill::missing;
use crate::drive::{Error, Kind, Surroundings};
use crate::postmortem::DrillOutcome;
use crate::store::library::{Item, Origin};
use crate::text::human;

/// Walks every drill of a folder, or of the library, by each of its ways out.
pub(super) fn run(args: &Args, around: &Surroundings) -> anyhow::Result<Exit> {
    let items = items(args, around)?;
    left::offer(around, false);
    let stage = Stage { around, sabotage: args.sabotage, interrupt: &Interrupt::listen()? };
    let mut lines = lines(args.format);
    let mut walked = Vec::new();
    for item in &items {
        if stage.interrupt.came() {
            break;
        }
        every_way(args, &stage, item, &mut *lines, &mut walked);
    }
    let exit = exit(&walked);
    let told = summary(&walked, &mut *lines);
    told_or(exit, if args.format == Format::Json { tell(&walked, exit) } else { told })
}

/// The runbooks that have a drill.
fn items(args: &Args, around: &Surroundings) -> anyhow::Result<Vec<Item>> {
    let Some(folder) = args.name.as_deref() else {
        let library = args.around.library(&around.paths);
        return some(library.items().iter().filter(|item| item.has_drill).cloned().collect(), "the library");
    };
    let folder = Path::new(folder);
    let full = std::fs::canonicalize(folder).map_err(|cause| {
        let words = format!("could not look for drills in {}: {cause}", folder.display());
        Error::new(Kind::Invalid, words).hint("with --all the name is a folder of runbooks")
    })?;
    let library = args.around.library_with(&around.paths, Some(folder));
    let inside = |item: &&Item| matches!(&item.origin, Origin::File(path) if path.starts_with(&full));
    let found = library.items().iter().filter(|item| item.has_drill).filter(inside).cloned().collect();
    some(found, &folder.display().to_string())
}

/// No drill at all is not that all is well.
fn some(items: Vec<Item>, place: &str) -> anyhow::Result<Vec<Item>> {
    if items.is_empty() {
        let words = format!("could not find any drill in {place}");
        return Err(Error::new(Kind::Usage, words)
            .hint("a drill stands beside its runbook: ID/runbook.yaml and ID/drill/")
            .into());
    }
    Ok(items)
}

/// A drill by each of its ways out.
fn every_way(args: &Args, stage: &Stage, item: &Item, lines: &mut dyn Write, walked: &mut Vec<Walked>) {
    let told = args.alone.path(true).prefer;
    let ready = match Ready::of(item) {
        Ok(ready) => ready,
        Err(error) => return walked.push(Walked::not_begun(item, told, &error.into())),
    };
    let plan = &ready.plan;
    if !missing(plan).is_empty() {
        return walked.push(Walked::lacking(item, told, plan));
    }
    let ways = match told {
        Some(way) if plan.paths.contains(&way) => vec![Some(way)],
        Some(way) => {
            eprintln!("{}: {way} is none of its ways out; it is left out", item.id);
            return;
        }
        None if plan.paths.is_empty() => vec![None],
        None => plan.paths.iter().copied().map(Some).collect(),
    };
    for way in ways {
        if stage.interrupt.came() {
            return;
        }
        let by = way.map(|way| format!(" by its {way}")).unwrap_or_default();
        // A reader that is gone does not keep the others from being walked.
        drop(writeln!(lines, "== {}{by} ({})", item.id, item.origin));
        walked.push(stage.walk(item, &ready, way, lines));
    }
}

/// A drill that was stopped ends it all; one that did not heal comes before what could not be tried.
fn exit(walked: &[Walked]) -> Exit {
    let interrupted = walked.iter().find(|walked| walked.report.outcome == DrillOutcome::Interrupted);
    let not_healed = walked.iter().find(|walked| walked.exit == Exit::Failed);
    let worst = walked.iter().map(|walked| walked.exit).max();
    interrupted.or(not_healed).map(|walked| walked.exit).or(worst).unwrap_or(Exit::Usage)
}

/// One line for each, and one for all of them.
fn summary(walked: &[Walked], out: &mut dyn Write) -> std::io::Result<()> {
    let width = walked.iter().map(|walked| walked.report.drill.chars().count()).max().unwrap_or(0);
    writeln!(out, "==")?;
    for Walked { report, .. } in walked {
        let way = report.path.map_or("-", |path| path.as_str());
        let took = human::duration(report.took_ms);
        let why = match report.outcome {
            DrillOutcome::Healed => String::new(),
            _ => format!("  {}", report.why.replace('\n', " / ")),
        };
        writeln!(out, "{:width$}  {way:6}  {:13}  {took:>8}{why}", report.drill, report.outcome.as_str())?;
    }
    let healed = walked.iter().filter(|walked| walked.report.outcome == DrillOutcome::Healed).count();
    writeln!(out, "{healed} of {} healed", walked.len())?;
    out.flush()
}
