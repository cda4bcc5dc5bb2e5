//! Commands, output, provenance.

use super::table::Table;
use super::writer::Writer;
use super::{escape, narrative, note};
use crate::postmortem::describe::CELL;
use crate::postmortem::document::{Command, Output, Provenance, RunOutput};
use crate::postmortem::prose::brief;
use crate::postmortem::spell;
use crate::runbook::Effect;
use crate::session::excerpt::{Excerpt, ExcerptLine};
use crate::session::run::RunNo;

pub(super) fn commands(writer: &mut Writer, commands: &[Command]) {
    writer.heading(2, "Appendix A: Commands");
    if commands.is_empty() {
        writer.paragraph("None was run.");
        return;
    }
    let head = ["Run", "Start (UTC)", "Took", "Host", "User", "Directory", "Exit", "Effect", "For", "Command"];
    let mut table = Table::new(head);
    let dash = || "–".to_owned();
    // Whose account an operator's own is, the record does not say: with sudo it is not the one of their name.
    let user = |command: &Command| match &command.user {
        Some(user) => escape::code(user),
        None => format!("operator, {}", escape::code(&command.by)),
    };
    let optional = |value: Option<&String>| value.map_or_else(dash, |value| escape::code(value));
    for command in commands {
        let effect = match command.effect {
            _ if command.typed => "not said",
            Effect::Read => "read",
            Effect::Change => "change",
            Effect::Destroy => "destroy",
        };
        let edited = if command.edited { " (edited)" } else { "" };
        table.row([
            writer.run(command.run),
            spell::stamp(&command.at),
            command.took_ms.map_or_else(dash, spell::took),
            optional(command.host.as_ref()),
            user(command),
            optional(command.cwd.as_ref()),
            escape::text(&command.exit),
            effect.to_owned(),
            escape::text(&command.purpose),
            format!("{}{edited}", escape::code(&brief(&command.command, CELL).0)),
        ]);
    }
    table.finish(&mut writer.out);
}

pub(super) fn output(writer: &mut Writer, output: &Output) {
    writer.heading(2, "Appendix B: Output");
    if output.runs.is_empty() && output.texts.is_empty() {
        writer.paragraph("Nothing was printed.");
    }
    for run in &output.runs {
        run_output(writer, run);
    }
    for (seq, text) in &output.texts {
        writer.heading(3, &format!("Entry {seq}"));
        let info = if writer.typesetting { note::INFO } else { "text" };
        escape::fence(&mut writer.out, info, text.lines());
        writer.out.push('\n');
    }
}

fn run_output(writer: &mut Writer, run: &RunOutput) {
    writer.heading(3, &format!("Run {}", run.run));
    let mut facts = vec![format!("Of {}", writer.prose(&run.what))];
    if let Ok(excerpt) = &run.excerpt
        && excerpt.bytes > 0
    {
        // Of what moved the cursor, line feeds are not the lines below.
        let lines = run.lines.filter(|_| run.differs.is_none() && !excerpt.drawn);
        facts.extend(lines.map(|lines| spell::counted(lines, "line")));
        facts.extend(excerpt.drawn.then(|| "it moved the cursor: what was seen is shown".to_owned()));
        facts.push(spell::bytes(excerpt.bytes));
        let sum = run.sha256.as_ref().filter(|_| run.differs.is_none());
        facts.extend(sum.map(|sum| format!("sha256 {}", escape::code(sum))));
        facts.push(format!("whole output in `runs/{}/output`", run.run));
    }
    if run.dropped > 0 {
        facts.push(format!("{} came but were not kept", spell::bytes(run.dropped)));
    }
    if let Err(why) = &run.excerpt {
        facts.push(format!("the output cannot be shown: {}", escape::text(why)));
    }
    writer.paragraph(&facts.join(" · "));
    if let Some(how) = &run.differs {
        writer.paragraph(&format!(
            "**This is not what the journal recorded when the run ended:** {}.",
            escape::text(how)
        ));
    }
    if let Some(command) = &run.command {
        escape::fence(&mut writer.out, "sh", command.lines());
        writer.out.push('\n');
    }
    for (first, last, text) in &run.pinned {
        let lines = if first == last { format!("line {first}") } else { format!("lines {first}–{last}") };
        writer.paragraph(&format!("Pinned as evidence, {lines}:"));
        escape::fence(&mut writer.out, "text", text.lines());
        writer.out.push('\n');
    }
    if let Ok(excerpt) = &run.excerpt
        && excerpt.bytes > 0
    {
        if excerpt.drawn && excerpt.head.is_empty() {
            writer.paragraph("A full-screen program: nothing of it stays to be shown.");
            return;
        }
        escape::fence(&mut writer.out, "text", lines(run, excerpt));
        writer.out.push('\n');
    }
}

fn lines(run: &RunOutput, excerpt: &Excerpt) -> Vec<String> {
    let line = |line: &ExcerptLine| match line.cut {
        0 => line.text.clone(),
        cut => format!("{} … {} of this line omitted", line.text, spell::bytes(cut)),
    };
    let mut lines: Vec<String> = excerpt.head.iter().map(line).collect();
    if excerpt.omitted_bytes > 0 {
        let (count, bytes) = (spell::counted(excerpt.omitted_lines, "line"), spell::bytes(excerpt.omitted_bytes));
        let sum = run.sha256.as_ref().filter(|_| run.differs.is_none());
        let sum = sum.map_or_else(String::new, |sum| format!(", sha256 {sum}"));
        lines.push(format!("… {count} omitted ({bytes}){sum}, full output in runs/{}/output", run.run));
    }
    lines.extend(excerpt.tail.iter().map(line));
    lines
}

pub(super) fn provenance(writer: &mut Writer, found: &Provenance) {
    writer.heading(2, "Appendix C: Provenance");
    let runs = |runs: &[RunNo]| runs.iter().map(|run| writer.run(*run)).collect::<Vec<_>>().join(", ");
    let counted = |counts: &[(RunNo, u64)], say: fn(u64) -> String| {
        counts
            .iter()
            .map(|(run, count)| format!("{} in {}", say(*count), writer.run(*run)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut items = vec![format!("Journal: {}, head {}", entries(found.entries), escape::code(&found.head))];
    if let Some(trouble) = &found.trouble {
        items.push(format!("The journal is damaged: {}", escape::text(trouble)));
    }
    for gap in &found.gaps {
        let (from, to) = (spell::stamp(&gap.from), spell::stamp(&gap.to));
        items.push(format!("No recorded activity for {}: {from} to {to}", spell::duration(gap.lasted_ms())));
    }
    for back in &found.back_dated {
        let happened = narrative::stamp(Some(&back.happened));
        let entry = writer.entry(back.seq);
        items.push(format!("Back-dated: {entry} happened {happened}, recorded {}", spell::stamp(&back.recorded)));
    }
    let placeholders = |count| spell::counted(count, "secret");
    let mut say = |list: String, words: &str| {
        if !list.is_empty() {
            items.push(format!("{words}: {list}"));
        }
    };
    say(counted(&found.redacted, placeholders), "Replaced by placeholders before anything was written");
    say(counted(&found.dropped, spell::bytes), "Output that came but was not kept");
    say(runs(&found.differ), "Output that is not what the journal recorded");
    say(runs(&found.unseen), "Ended while no screen was there");
    say(runs(&found.unknown_ends), "Outcome unknown");
    for (bytes, file) in &found.torn {
        let bytes = spell::bytes(*bytes);
        items.push(format!("A torn last line of the journal was set aside: {bytes} in {}", escape::code(file)));
    }
    for (seq, places) in &found.taken_out {
        let entry = writer.entry(*seq);
        items.push(format!("A value was taken out of the record later, see {entry}: {}", escape::code(places)));
    }
    for (before, after, ms) in &found.clock_steps {
        let step = spell::duration(*ms);
        items.push(format!("The wall clock was set between entries {before} and {after}, by {step}"));
    }
    if found.reboots > 0 {
        items.push(format!(
            "The session went on after {}",
            spell::counted(u64::from(found.reboots), "restart") + " of the machine"
        ));
    }
    for (rule, reason) in &found.overrides {
        items.push(format!("Overridden: {}: {}", escape::text(rule), escape::text(reason)));
    }
    if found.unread > 0 {
        items.push(format!("Written by a later version and not shown here: {}", entries(found.unread)));
    }
    writer.bullets(items);
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{} entries", spell::count(count)) }
}
