//! Lines that wait for a person.

/// How such a line begins.
pub const PROMPT: &str = "TODO(postmortem):";

/// Whether a line that begins with so many backticks opens a fenced block: otherwise it begins with a code span.
fn opens_fence(line: &str, marks: usize) -> bool {
    marks >= 3 && !line[marks..].contains('`')
}

/// Lines of a document that still wait for a person: number from 1, and text. What a command printed does not count: it stands
/// in a fenced block.
pub fn open_prompts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<usize> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let marks = line.bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            None if opens_fence(line, marks) => fence = Some(marks),
            Some(open) if marks >= open && line.trim_end().len() == marks => fence = None,
            _ => {}
        }
        let prompt = line.trim_start_matches([' ', '-', '*', '>', '|', '\t']);
        (fence.is_none() && prompt.starts_with(PROMPT)).then_some((index + 1, line))
    })
}
