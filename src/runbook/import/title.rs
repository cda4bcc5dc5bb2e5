//! One line for a step, found in the prose above it.

use super::heading::plain;
use super::words::Words;

/// Longest title, in characters.
const LONGEST: usize = 96;

/// Sentences that only announce the command below them.
static ANNOUNCES: Words = Words::new(
    r"(?ix)^((you|we|one|it|can|could|may|should|must|will|need|to|please|then|and|now|next|first|finally|or|also|just|simply|do|does|so|this|that|these|by|is|are|be|done|in|on|with|via|using|
    from|for|of|as|a|an|the|following|below|above|command|commands|query|queries|script|snippet|snippets|example|examples|e\.g\.|i\.e\.|run|running|execute|executing|issue|type|enter|use|try|like|such|follows|terminal|
    shell|console|cli|it's|output|result|check|verify|here|alternatively|otherwise|folgende[nr]?|befehle?|ausführen|führen|sie|aus|mit|den|der|die|das|dem|hier|wie|folgt|beispiel|
    execute|rode|comando|comandos|seguinte|siguiente|ejecute|ejecutar|executar|el|la|o|os)[\s,;:.!]*)+$",
);

/// What only leads over to the command.
static TAIL: Words = Words::new(
    r"(?i)[,;]?\s+(please\s+)?((run|execute|use|type)(\s+(this|these|the following))?|(run|execute|use|issue|type|with|do)\s+(this|these|the|the following|following)\s+(commands?|script|query))\s*[:.]?$",
);

/// The title of a step with this prose above it, or else with this heading, or else with this command. The prose is given paragraph by paragraph.
pub(super) fn of(prose: &[String], heading: Option<&str>, command: Option<&str>) -> String {
    let last = prose.last().map(|words| sentences(words)).unwrap_or_default();
    let announced = last.last().filter(|sentence| sentence.trim_end().ends_with(':') && !ANNOUNCES.found(sentence));
    let spoken = announced.or_else(|| last.iter().find(|sentence| !ANNOUNCES.found(sentence)));
    let found = spoken.map(|sentence| line(sentence)).filter(|title| title.chars().any(char::is_alphanumeric));
    found.or_else(|| heading.map(line)).or_else(|| command.map(of_command)).unwrap_or_else(|| "Do it".to_owned())
}

/// Whether a title only announces what comes.
pub(super) fn announces(title: &str) -> bool {
    ANNOUNCES.found(title)
}

/// The title of an item of a list: its first sentence.
pub(super) fn of_item(words: &str) -> String {
    sentences(words)
        .first()
        .map(|sentence| line(sentence))
        .filter(|line| !line.is_empty())
        .unwrap_or_else(|| line(words))
}

/// The title of a command that nothing is said about.
pub(super) fn of_command(command: &str) -> String {
    let first = command.lines().find(|line| !line.trim().is_empty() && !line.starts_with("# ")).unwrap_or(command);
    short(first.trim().trim_end_matches('\\').trim_end())
}

/// One line, of a bearable length, without a stop or colon at its end.
pub(super) fn line(text: &str) -> String {
    let text = plain(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = TAIL.replace(&text, "");
    short(text.trim_end_matches(['.', ':', ',', ';', '-', '–', '—']).trim())
}

/// Cut at a word.
fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST).collect();
    let end = cut.rfind(' ').filter(|at| *at > LONGEST / 2).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', ';', ':', ' ', '(']))
}

/// The sentences of a paragraph. A stop ends one where a space and a capital follow.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let text = text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
    let mut sentences = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        if !matches!(c, '.' | '!' | '?') {
            continue;
        }
        let after = text[at + 1..].trim_start_matches(['"', '\'', ')']);
        let spaced = after.starts_with(' ');
        let begins =
            after.trim_start().chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || !c.is_ascii());
        let word = text[..at].rsplit([' ', '(']).next().unwrap_or_default().to_lowercase();
        let short = matches!(word.as_str(), "e.g" | "i.e" | "etc" | "vs" | "z.b" | "d.h" | "no" | "approx")
            || (word.len() == 1 && bytes.get(at) == Some(&b'.'));
        let number = word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() && start == at - word.len();
        if spaced && begins && !short && !number {
            sentences.push(text[start..=at].trim().to_owned());
            start = at + 1;
        }
    }
    let rest = text.get(start..).unwrap_or_default().trim();
    if !rest.is_empty() {
        sentences.push(rest.to_owned());
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(prose: &str) -> String {
        of(&[prose.to_owned()], Some("Heading"), Some("kubectl get pods"))
    }

    #[test]
    fn the_sentence_that_says_most_is_the_title() {
        assert_eq!(title("Set the NAMESPACE variable:"), "Set the NAMESPACE variable");
        assert_eq!(title("Disk usage shows it. To resize the volume run:"), "To resize the volume");
        assert_eq!(title("Look at the logs. Run the following command:"), "Look at the logs");
        assert_eq!(title("You can check this with:"), "Heading");
        assert_eq!(of(&[], None, Some("kubectl get \\\n pods")), "kubectl get");
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_word() {
        let title = title(&"many words ".repeat(40));
        assert!(title.chars().count() <= LONGEST + 1 && title.ends_with('…'), "{title}");
    }

    #[test]
    fn a_stop_inside_a_word_ends_nothing() {
        assert_eq!(sentences("See etcd.io e.g. Foo. Then go! 2. x").len(), 3);
    }
}
