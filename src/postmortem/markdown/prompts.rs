//! Lines that wait for a person.

use crate::postmortem::merge::Fences;

/// How such a line begins.
pub const PROMPT: &str = "TODO(postmortem):";

/// Lines of a document that still wait for a person: number from 1, and text. What a command printed does not count: it stands
/// in a fenced block.
pub fn open_prompts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fences = Fences::default();
    let mut fence_quoted = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let quoted = line.trim_start().starts_with('>');
        if fences.is_open() && fence_quoted && !quoted {
            fences.end();
        }
        if !fences.is_open() {
            fence_quoted = quoted;
        }
        let inside = fences.line(if fence_quoted { line.trim_start_matches(['>', ' ']) } else { line });
        let prompt = line.trim_start_matches([' ', '-', '*', '>', '|', '\t']);
        (!inside && prompt.starts_with(PROMPT)).then_some((index + 1, line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waits_for_a_person_is_told() {
        let text = "TODO(postmortem): one\n- TODO(postmortem): two\n```text\nTODO(postmortem): printed\n> TODO(postmortem): too\n\
                    ```\n> TODO(postmortem): three\n> ```\n> TODO(postmortem): printed\n\nTODO(postmortem): four\n~~~\n\
                    TODO(postmortem): printed\n~~~\nIn words: TODO(postmortem): no\n";
        let told: Vec<usize> = open_prompts(text).map(|(number, _)| number).collect();
        assert_eq!(told, [1, 2, 7, 11]);
    }
}
