//! The source in sections, each with what its heading makes of it.

use super::heading::{self, Sort};
use super::source::{Block, What};
use super::words::Words;
use crate::runbook::model::PhaseName;

/// The level of a line of bold words that reads like a heading.
const BOLD: usize = 7;

/// A heading and what stands below it, up to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    /// From 1; 0 for what stands above the first heading.
    pub(super) level: usize,
    pub(super) title: String,
    pub(super) line: usize,
    pub(super) blocks: Vec<Block>,
    /// What it is; none where no heading above it tells.
    pub(super) sort: Option<Sort>,
    /// Its own heading tells it: it is a word for the phase and says nothing of its steps.
    pub(super) named: bool,
    /// What it is, was only told by a vague word in the document's title.
    pub(super) vague: bool,
    /// A deeper section comes next.
    pub(super) opens: bool,
}

static ALONE: Words = Words::new(r"^\s*(\*\*[^*]+\*\*|__[^_]+__|[^*.]{0,40}\*\*[^*]+\*\*[^*.]{0,20}):?\s*$");

/// Takes a document apart.
pub(super) fn sections(blocks: Vec<Block>) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    for block in blocks {
        match head(&block) {
            Some((level, title)) => sections.push(Section { level, title, line: block.line, ..Section::default() }),
            None => {
                if let Some(section) = sections.last_mut() {
                    section.blocks.push(block);
                }
            }
        }
    }
    let title = sections.iter().position(|section| section.level > 0 && section.level < BOLD);
    let mut above: Vec<(usize, Option<Sort>, bool)> = Vec::new();
    for (index, section) in sections.iter_mut().enumerate().skip(1) {
        above.retain(|(level, ..)| *level < section.level);
        let (around, vague) = above.last().map_or((None, false), |(_, sort, vague)| (*sort, *vague));
        let own = heading::read(&section.title);
        section.sort = match own {
            Some(own) if around.is_none() || vague || leaves(around, own) => Some(own.sort),
            _ => around,
        };
        section.named = own.is_some_and(|own| Some(own.sort) == section.sort && heading::is_bare(&section.title, own));
        section.vague = (Some(index) == title && own.is_some_and(|own| matches!(own.sort, Sort::Phase(_))))
            || (own.is_none() && vague);
        // The title of a document says what it is about, and not that all of it is context.
        if Some(index) == title && !matches!(section.sort, Some(Sort::Phase(_))) {
            section.sort = None;
            section.named = false;
        }
        above.push((section.level, section.sort, section.vague));
    }
    let deeper: Vec<bool> = sections.windows(2).map(|pair| pair[1].level > pair[0].level).collect();
    sections.iter_mut().zip(deeper).for_each(|(section, deeper)| section.opens = deeper);
    sections
}

/// The heading that a block is.
fn head(block: &Block) -> Option<(usize, String)> {
    match &block.what {
        What::Heading(level, words) => Some((*level, heading::plain(words))),
        What::Paragraph(words, code) if code.is_empty() && words.len() < 80 && ALONE.found(&block.raw) => {
            let reading = heading::read(words)?;
            matches!(reading.sort, Sort::Phase(_)).then(|| (BOLD, heading::plain(words)))
        }
        _ => None,
    }
}

/// Whether a heading leaves what the section around it is.
fn leaves(around: Option<Sort>, own: heading::Reading) -> bool {
    match (around, own.sort) {
        (Some(Sort::Footer), _) => false,
        (Some(Sort::Phase(PhaseName::Revert)), Sort::Phase(phase)) => phase == PhaseName::Verify,
        (Some(Sort::Phase(PhaseName::Verify)), Sort::Phase(phase)) => phase == PhaseName::Revert,
        _ => own.strong,
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::read;
    use super::*;

    fn sorts(text: &str) -> Vec<Option<Sort>> {
        sections(read(text)).into_iter().skip(1).map(|section| section.sort).collect()
    }

    #[test]
    fn a_section_is_what_its_heading_or_the_one_around_it_says() {
        let phase = |phase| Some(Sort::Phase(phase));
        let found = sorts(
            "# Disk full\n## Diagnosis\n### Steps\n### Redis\n## Mitigation\n### Rollback\n### Resolution steps\n## Meaning\n",
        );
        let (diagnose, fix, revert) = (phase(PhaseName::Diagnose), phase(PhaseName::Fix), phase(PhaseName::Revert));
        assert_eq!(found, [None, diagnose, diagnose, diagnose, fix, revert, fix, Some(Sort::Context)]);
    }

    #[test]
    fn bold_words_alone_are_a_heading_where_they_name_a_phase() {
        let found = sections(read("# A\n**Diagnosis**\n\nx\n\n**Mind this**\n\ny\n\nHow to **fix** it:\n\nz\n"));
        let titles: Vec<_> = found.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["", "A", "Diagnosis", "How to fix it"]);
    }
}
