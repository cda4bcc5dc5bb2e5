//! The sections, one function each. Every field is named where its type is taken apart: one that is added is not forgotten.

use super::data::{Data, list, object};
use super::document::{metric, severity};
use super::spell::{duration, evidence, key, length, prose, stamp, took, when};
use crate::postmortem::document::{
    Altered, Anchor, BackDated, Cause, Command, DeadEnd, Detected, EventRow, Feedback, Gap, HandOver, Impact, KeyTime,
    KeyTimes, Lessons, Marker, Mitigation, NoteText, Output, Patch, PatchStep, Person, PhaseTime, Provenance,
    Responders, Row, RunOutput, Section, Stay, Summary, Timeline, Verified,
};
use crate::runbook::Effect;
use crate::session::event::Detection;
use crate::session::excerpt::{Excerpt, ExcerptLine};
use crate::session::run::RunNo;

pub(super) fn section(section: &Section) -> Data {
    match section {
        Section::Summary(summary) => self::summary(summary),
        Section::Impact(impact) => self::impact(impact),
        Section::KeyTimes(times) => key_times(times),
        Section::Timeline(timeline) => self::timeline(timeline),
        Section::Detection(detected) => detection(detected),
        Section::Contributing(causes) => object! { "section": "contributing", "causes": list(causes, cause) },
        Section::Responders(responders) => self::responders(responders),
        Section::Feedback(feedback) => self::feedback(feedback),
        Section::Mitigation(mitigation) => self::mitigation(mitigation),
        Section::DeadEnds(ends) => object! { "section": "dead_ends", "dead_ends": list(ends, dead_end) },
        Section::Lessons(lessons) => self::lessons(lessons),
        Section::Actions(notes) => object! { "section": "actions", "actions": list(notes, note) },
        Section::Questions(notes) => object! { "section": "questions", "questions": list(notes, note) },
        Section::Commands(commands) => object! { "section": "commands", "commands": list(commands, command) },
        Section::Output(output) => self::output(output),
        Section::Provenance(provenance) => self::provenance(provenance),
    }
}

fn summary(Summary { sentences }: &Summary) -> Data {
    object! { "section": "summary", "sentences": list(sentences, prose) }
}

fn impact(Impact { from, to, lasted, services, budget }: &Impact) -> Data {
    object! {
        "section": "impact",
        "from": when(from.as_ref()),
        "to": when(to.as_ref()),
        "lasted": length(lasted),
        "services": list(services, |service| service),
        "budget": budget.as_ref(),
    }
}

fn detection(Detected { source, sentences }: &Detected) -> Data {
    let source = source.map(|source| match source {
        Detection::Monitoring => "monitoring",
        Detection::User => "user",
        Detection::Responder => "responder",
    });
    object! {
        "section": "detection",
        "source": source,
        "sentences": list(sentences, prose),
    }
}

fn cause(Cause { text, confirmed, because, evidence: proof }: &Cause) -> Data {
    object! { "text": text, "confirmed": *confirmed, "because": because.as_ref(), "evidence": evidence(proof) }
}

fn responders(Responders { people, hand_overs }: &Responders) -> Data {
    let person = |Person { name, role, joined, left, last, entries }: &Person| {
        object! {
            "name": name,
            "role": role.as_ref(),
            "joined": when(Some(joined)),
            "left": when(left.as_ref()),
            "last_entry": when(Some(last)),
            "entries": *entries,
        }
    };
    let hand_over = |HandOver { time, from, to, note, seq }: &HandOver| {
        object! { "entry": *seq, "time": when(Some(time)), "from": from, "to": to, "note": note.as_ref() }
    };
    object! { "section": "responders", "people": list(people, person), "hand_overs": list(hand_overs, hand_over) }
}

fn feedback(Feedback { runbook, remarks, patches }: &Feedback) -> Data {
    let step = |PatchStep { id, run, was }: &PatchStep| object! { "id": id.as_ref(), "run": run, "was": was.as_ref() };
    let patch = |Patch { phase, steps }: &Patch| object! { "phase": phase.to_string(), "steps": list(steps, step) };
    object! {
        "section": "feedback",
        "runbook": *runbook,
        "remarks": list(remarks, prose),
        "patches": list(patches, patch),
    }
}

fn key_times(KeyTimes { times, contradictions, metrics, phases, severities, zone }: &KeyTimes) -> Data {
    let time = |KeyTime { name, time, set }: &KeyTime| {
        let set = Some(set).filter(|set| !set.is_empty());
        object! { "key": key(&name.to_lowercase()), "name": name, "time": when(time.as_ref()), "set": set }
    };
    let phase = |PhaseTime { phase, spent_ms, open, box_ms }: &PhaseTime| {
        object! {
            "phase": phase.to_string(),
            "spent": took(*spent_ms),
            "still_in_it": *open,
            "time_box": box_ms.map(took),
        }
    };
    object! {
        "section": "key_times",
        "times": list(times, time),
        "contradictions": list(contradictions, |words| words),
        "metrics": list(metrics, metric),
        "phases": list(phases, phase),
        "severities": list(severities, |(time, level)| object! { "since": when(Some(time)), "severity": severity(*level) }),
        "zone": zone.as_ref(),
    }
}

fn timeline(Timeline { day, anchor, rows, phases }: &Timeline) -> Data {
    let anchor = match anchor {
        Anchor::Impact => "impact_started",
        Anchor::First => "first_event",
    };
    let stay = |Stay { phase, from, to }: &Stay| {
        object! { "phase": phase.to_string(), "from": stamp(from), "to": stamp(to) }
    };
    object! {
        "section": "timeline",
        "day": day.map(|day| day.to_string()),
        "anchor": anchor,
        "rows": list(rows, row),
        "phases": list(phases, stay),
    }
}

fn row(row: &Row) -> Data {
    let EventRow { seq, time, t_plus_ms, recorded, phase, marker, event, evidence: proof } = match row {
        Row::Event(row) => row,
        Row::Gap(gap) => return self::gap(gap),
    };
    object! {
        "row": "event",
        "entry": *seq,
        "time": when(Some(time)),
        "t_plus": duration(*t_plus_ms),
        "recorded": recorded.as_ref().map(stamp),
        "phase": phase.map(|phase| phase.to_string()),
        "marker": marker.map(self::marker),
        "event": prose(event),
        "evidence": evidence(proof),
    }
}

fn gap(gap: &Gap) -> Data {
    let Gap { from, to, paused } = gap;
    object! {
        "row": "gap",
        "from": stamp(from),
        "to": stamp(to),
        "lasted": duration(gap.lasted_ms()),
        "paused": *paused,
    }
}

fn marker(marker: Marker) -> &'static str {
    match marker {
        Marker::ImpactBegins => "impact_begins",
        Marker::Detected => "detected",
        Marker::Declared(_) => "declared",
        Marker::Mitigated => "mitigated",
        Marker::Resolved => "resolved",
        Marker::Closed => "closed",
    }
}

fn mitigation(Mitigation { sentences, changes, verified }: &Mitigation) -> Data {
    let change = |Altered { run, at, what, result, undone }: &Altered| {
        object! {
            "run": run.0,
            "at": stamp(at),
            "what": prose(what),
            "result": prose(result),
            "taken_back_by": undone.map(|run| run.0),
        }
    };
    let step = |Verified { title, result, at, run }: &Verified| {
        object! {
            "title": title,
            "result": result.as_ref().map(prose),
            "at": at.as_ref().map(stamp),
            "run": run.map(|run| run.0),
        }
    };
    object! {
        "section": "mitigation",
        "sentences": list(sentences, prose),
        "changes": list(changes, change),
        "verified": list(verified, step),
    }
}

fn dead_end(DeadEnd { time, took_ms, what, seen, evidence: proof }: &DeadEnd) -> Data {
    object! {
        "time": when(Some(time)),
        "took": took_ms.map(took),
        "tried": prose(what),
        "seen": prose(seen),
        "evidence": evidence(proof),
    }
}

fn lessons(Lessons { well, badly, luck }: &Lessons) -> Data {
    object! { "section": "lessons", "well": list(well, note), "badly": list(badly, note), "luck": list(luck, note) }
}

fn note(NoteText { seq, time, by, text }: &NoteText) -> Data {
    object! { "entry": *seq, "time": when(Some(time)), "by": by, "text": text }
}

fn command(command: &Command) -> Data {
    let Command { run, at, took_ms, host, by, user, cwd, purpose, command, edited, effect, typed, exit } = command;
    let effect = match effect {
        // In a recorded shell nobody said what it does.
        _ if *typed => "not_said",
        Effect::Read => "read",
        Effect::Change => "change",
        Effect::Destroy => "destroy",
    };
    object! {
        "run": run.0,
        "at": stamp(at),
        "took": took_ms.map(took),
        "host": host.as_ref(),
        "by": by,
        "user": user.as_ref(),
        "directory": cwd.as_ref(),
        "purpose": purpose,
        "command": command,
        "edited": *edited,
        "effect": effect,
        "exit": exit,
    }
}

fn output(Output { runs, texts }: &Output) -> Data {
    object! {
        "section": "output",
        "runs": list(runs, run_output),
        "texts": list(texts, |(seq, text)| object! { "entry": *seq, "text": text }),
    }
}

fn run_output(run: &RunOutput) -> Data {
    let RunOutput { run, what, command, pinned, lines, sha256, dropped, differs, excerpt } = run;
    let (excerpt, missing) = match excerpt {
        Ok(excerpt) => (Some(self::excerpt(excerpt)), None),
        Err(why) => (None, Some(why)),
    };
    object! {
        "run": run.0,
        "what": prose(what),
        "command": command.as_ref(),
        "pinned": list(pinned, |(first, last, text)| object! { "first": *first, "last": *last, "text": text }),
        "lines": *lines,
        "sha256": sha256.as_ref(),
        "bytes_not_kept": *dropped,
        "differs": differs.as_ref(),
        "excerpt": excerpt,
        "not_to_be_had": missing,
    }
}

fn excerpt(Excerpt { head, tail, omitted_lines, omitted_bytes, bytes, drawn }: &Excerpt) -> Data {
    let line = |ExcerptLine { text, cut }: &ExcerptLine| object! { "text": text, "bytes_cut": *cut };
    object! {
        "first": list(head, line),
        "last": list(tail, line),
        "omitted": object! { "lines": *omitted_lines, "bytes": *omitted_bytes },
        "bytes": *bytes,
        "as_seen": *drawn,
    }
}

fn provenance(provenance: &Provenance) -> Data {
    let Provenance {
        entries,
        head,
        trouble,
        gaps,
        back_dated,
        redacted,
        dropped,
        differ,
        torn,
        taken_out,
        unseen,
        unknown_ends,
        clock_steps,
        reboots,
        overrides,
        unread,
    } = provenance;
    let runs = |runs: &[RunNo]| list(runs, |run| run.0);
    let back = |BackDated { seq, happened, recorded }: &BackDated| {
        object! { "entry": *seq, "happened": when(Some(happened)), "recorded": stamp(recorded) }
    };
    let step = |(before, after, ms): &(u64, u64, i64)| {
        object! { "between": list([*before, *after], |seq| seq), "by": duration(*ms) }
    };
    object! {
        "section": "provenance",
        "entries": *entries,
        "head": head,
        "trouble": trouble.as_ref(),
        "gaps": list(gaps, gap),
        "back_dated": list(back_dated, back),
        "secrets_replaced": list(redacted, |(run, count)| object! { "run": run.0, "count": *count }),
        "bytes_not_kept": list(dropped, |(run, bytes)| object! { "run": run.0, "bytes": *bytes }),
        "outputs_that_differ": runs(differ),
        "torn_lines": list(torn, |(bytes, file)| object! { "bytes": *bytes, "file": file }),
        "taken_out_later": list(taken_out, |(entry, places)| object! { "entry": *entry, "places": places }),
        "ended_unseen": runs(unseen),
        "outcome_unknown": runs(unknown_ends),
        "clock_steps": list(clock_steps, step),
        "restarts": *reboots,
        "overrides": list(overrides, |(rule, reason)| object! { "rule": rule, "reason": reason }),
        "entries_not_understood": *unread,
    }
}
