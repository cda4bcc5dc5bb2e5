//! The edits themselves, on a tree that keeps every byte it is not asked to change.

use std::ops::RangeInclusive;
use std::str::FromStr as _;

use serde::Serialize;
use yaml_edit::{Mapping, Sequence, YamlFile, YamlNode};

use super::lesson::{NewSign, NewStep};
use super::remark::line_of;
use crate::runbook::yaml::write;
use crate::runbook::{PhaseName, Runbook};

/// A text that was edited, and which of the old lines (from 1) the edit may have altered.
pub(super) struct Edited {
    pub(super) text: String,
    pub(super) may: Option<RangeInclusive<usize>>,
}

/// Where a step stands: in which of the lists, and the how manieth of it.
#[derive(Clone, Copy)]
struct Seat {
    phase: PhaseName,
    list: &'static str,
    index: usize,
}

/// Puts a step at the end of a phase.
pub(super) fn add(text: &str, phase: PhaseName, step: &NewStep) -> Result<Edited, String> {
    #[derive(Serialize)]
    struct Steps<'a> {
        steps: [&'a NewStep; 1],
    }
    let document = parse(text)?;
    let root = root(&document)?;
    let steps = Steps { steps: [step] };
    let Some(own) = root.get(phase.as_str()) else {
        return append(text, &std::collections::BTreeMap::from([(phase.as_str(), &steps)]));
    };
    let fragment = parse(&write(&steps)?)?;
    let fragment = self::root(&fragment)?;
    let list = fragment.get_sequence("steps").ok_or("it could not be written as YAML")?;
    let own = own.as_mapping().ok_or_else(|| format!("`{phase}` is no mapping"))?;
    let may = match own.get_sequence("steps") {
        Some(steps) => {
            let may = steps.is_flow_style().then(|| lines_of(text, &YamlNode::Sequence(steps.clone())));
            steps.push(list.get(0).ok_or("it could not be written as YAML")?);
            may
        }
        None if own.contains_key("steps") => return Err(format!("`steps` of {phase} is no list")),
        None => {
            let may = own.is_flow_style().then(|| lines_of(text, &YamlNode::Mapping(own.clone())));
            own.set("steps", list);
            may
        }
    };
    Ok(Edited { text: document.to_string(), may })
}

/// Gives a step another command: several lines where the old one was a list of lines.
pub(super) fn command(text: &str, runbook: &Runbook, id: &str, run: &str) -> Result<Edited, String> {
    #[derive(Serialize)]
    struct Line<'a> {
        run: &'a str,
    }
    #[derive(Serialize)]
    struct Lines<'a> {
        run: Vec<&'a str>,
    }
    let document = parse(text)?;
    let step = step(&document, seat(runbook, id)?)?;
    let old = step.get("run").ok_or("the step has no command")?;
    let range = old.byte_range();
    let (start, end) = (position(range.start), position(range.end));
    let written = if old.is_sequence() {
        write(&Lines { run: run.lines().filter(|line| !line.trim().is_empty()).collect() })?
    } else {
        write(&Line { run })?
    };
    let fragment = parse(&written)?;
    let new = root(&fragment)?.get("run").ok_or("it could not be written as YAML")?;
    step.set("run", new);
    let mut edited = document.to_string();
    // Blank lines below a block belong to it in the grammar, and to the layout for who reads it.
    let was = text.get(start..end).unwrap_or_default();
    let blank = was.len() - was.trim_end_matches(['\n', '\r', ' ']).len();
    let blank = was[was.len() - blank..].split_inclusive('\n').skip(1).collect::<String>();
    let after = text.len() - end;
    if !blank.is_empty() && edited.len() >= after {
        edited.insert_str(edited.len() - after, &blank);
    }
    let may = Some(line_of(text, start)..=line_of(text, end.saturating_sub(1).max(start)));
    Ok(Edited { text: edited, may })
}

/// Puts a sign at the end of a step's signs.
pub(super) fn sign(text: &str, runbook: &Runbook, id: &str, sign: &NewSign) -> Result<Edited, String> {
    #[derive(Serialize)]
    struct Signs<'a> {
        signs: [&'a NewSign; 1],
    }
    let document = parse(text)?;
    let step = step(&document, seat(runbook, id)?)?;
    let fragment = parse(&write(&Signs { signs: [sign] })?)?;
    let list = root(&fragment)?.get_sequence("signs").ok_or("it could not be written as YAML")?;
    let mut may = step.is_flow_style().then(|| lines_of(text, &YamlNode::Mapping(step.clone())));
    match step.get_sequence("signs") {
        Some(signs) => {
            if signs.is_flow_style() {
                may = may.or(Some(lines_of(text, &YamlNode::Sequence(signs.clone()))));
            }
            signs.push(list.get(0).ok_or("it could not be written as YAML")?);
        }
        None if step.contains_key("signs") => return Err(format!("`signs` of {id} is no list")),
        None => step.set("signs", list),
    }
    Ok(Edited { text: document.to_string(), may })
}

/// The line (from 1) on which a phase begins, where it begins one.
pub(super) fn line_of_phase(text: &str, phase: PhaseName) -> Result<usize, String> {
    let document = parse(text)?;
    let root = root(&document)?;
    let key = root.find_entry_by_key(phase.as_str()).and_then(|entry| entry.key_node());
    let key = key.ok_or_else(|| format!("the runbook has no {phase}"))?;
    Ok(line_of(text, position(key.byte_range().start)))
}

/// Puts a mapping at the end of the file.
fn append(text: &str, value: &impl Serialize) -> Result<Edited, String> {
    let mut written = write(value)?;
    let mut edited = text.to_owned();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if !edited.is_empty() && !edited.ends_with('\n') {
        edited.push_str(end);
    }
    if end != "\n" {
        written = written.replace('\n', end);
    }
    edited.push_str(end);
    edited.push_str(&written);
    Ok(Edited { text: edited, may: None })
}

fn parse(text: &str) -> Result<YamlFile, String> {
    YamlFile::from_str(text).map_err(|error| format!("the editor of YAML does not understand the file: {error}"))
}

fn root(file: &YamlFile) -> Result<Mapping, String> {
    file.document().and_then(|document| document.as_mapping()).ok_or_else(|| "the file is no mapping".to_owned())
}

fn seat(runbook: &Runbook, id: &str) -> Result<Seat, String> {
    let lists = PhaseName::ALL.map(|phase| (phase, "steps", &runbook.phase(phase).steps));
    let ready = [(PhaseName::Revert, "ready", &runbook.ready)];
    let mut seats = lists.into_iter().chain(ready);
    let found = seats.find_map(|(phase, list, steps)| {
        steps.iter().position(|step| step.id == id).map(|index| Seat { phase, list, index })
    });
    found.ok_or_else(|| format!("the runbook has no step {id}"))
}

fn step(document: &YamlFile, seat: Seat) -> Result<Mapping, String> {
    let phase = root(document)?.get_mapping(seat.phase.as_str());
    let steps: Option<Sequence> = phase.and_then(|phase| phase.get_sequence(seat.list));
    let step = steps.and_then(|steps| steps.get(seat.index));
    let step = step.and_then(|step| step.as_mapping().cloned());
    step.ok_or_else(|| format!("`{}` of {} is no list of mappings", seat.list, seat.phase))
}

/// The lines (from 1) that a node stands on.
fn lines_of(text: &str, node: &YamlNode) -> RangeInclusive<usize> {
    let range = node.byte_range();
    line_of(text, position(range.start))..=line_of(text, position(range.end).saturating_sub(1))
}

fn position(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
