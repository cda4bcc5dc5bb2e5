//! Every line of code of a source, found without the importer's help, and those of them that are nowhere in what it made.
//!
//! Code is what stands between fences, what is set in by four blanks outside of lists, and what has blanks between backticks.

use stanch::runbook::import::Imported;
use stanch::runbook::{Action, Runbook, parse};

/// The lines of code, and the code of several words in sentences.
pub(crate) fn commands(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fence: Option<String> = None;
    let mut comment = false;
    let mut directives: Vec<String> = Vec::new();
    let (mut blank, mut indented, mut listed) = (true, false, false);
    for line in source.lines() {
        let set_in = line.starts_with("    ") || line.starts_with('\t');
        if fence.is_none() && !comment {
            let fenced = line.trim_start().starts_with("```");
            indented = set_in && !listed && !fenced && (blank || indented) && !line.trim().is_empty();
            blank = line.trim().is_empty();
            let mark = line.trim_start().split(' ').next().unwrap_or_default();
            let item = matches!(mark, "-" | "*" | "+")
                || mark.trim_end_matches(['.', ')']).parse::<u32>().is_ok_and(|_| mark.ends_with(['.', ')']));
            listed = item || (listed && (blank || line.starts_with([' ', '\t'])));
            if indented {
                found.push(line.trim().to_owned());
            } else if !line.contains("```") && !line.contains("<!--") {
                found.extend(
                    line.split('`').skip(1).step_by(2).filter(|code| code.trim().contains(' ')).map(str::to_owned),
                );
            }
        }
        let bare = line.trim_start_matches(['>', ' ', '\t']).trim_end();
        match &fence {
            None if comment || (bare.contains("<!--") && !bare.contains("-->")) => comment = !bare.contains("-->"),
            None => {
                let ticks: String = bare.chars().take_while(|c| matches!(c, '`' | '~')).collect();
                let beside = &bare[ticks.len()..];
                if ticks.len() >= 3 && is_prose(beside) {
                    directives.push(ticks);
                } else if beside.is_empty() && directives.last().is_some_and(|open| *open == ticks) {
                    directives.pop();
                } else if ticks.len() >= 3 && !beside.contains('`') {
                    fence = Some(ticks);
                }
            }
            Some(open) if bare.starts_with(open.as_str()) && bare.chars().all(|c| matches!(c, '`' | '~')) => {
                fence = None;
            }
            Some(_) if bare.is_empty() || bare.starts_with("#!") || bare.starts_with("# !") => {}
            Some(_) => found.push(bare.to_owned()),
        }
    }
    found
}

/// A directive whose content is prose and no code.
fn is_prose(beside: &str) -> bool {
    let names = [
        "note",
        "warning",
        "tip",
        "important",
        "caution",
        "danger",
        "attention",
        "hint",
        "admonition",
        "seealso",
        "dropdown",
        "tab",
        "toctree",
        "figure",
        "image",
    ];
    beside.trim().strip_prefix('{').is_some_and(|name| names.iter().any(|known| name.starts_with(known)))
}

/// Lines of code that are nowhere in what was made of the source.
pub(crate) fn lines(source: &str, done: &Imported) -> Vec<String> {
    let parsed = parse("x", &done.yaml);
    let mut all = parsed.runbook.as_ref().map(words).unwrap_or_default();
    for note in &done.notes {
        all.push('\n');
        all.push_str(note.source.as_deref().unwrap_or_default());
    }
    let all = plain(&all);
    commands(source).into_iter().filter(|line| !holds(&all, line)).collect()
}

/// Everything that is said in a runbook.
fn words(runbook: &Runbook) -> String {
    let mut all = runbook.summary.clone().unwrap_or_default();
    for (_, step) in runbook.steps() {
        for part in [step.title.as_str(), step.text.as_deref().unwrap_or_default()] {
            all.push('\n');
            all.push_str(part);
        }
        all.push('\n');
        match &step.action {
            Action::Run(command) => all.push_str(&command.run),
            Action::Ask { question, options } => {
                all.push_str(question);
                for option in options {
                    all.push_str(&option.say);
                }
            }
            Action::Manual { .. } => {}
        }
    }
    all
}

/// Without blanks, quotes and dollar signs: what an import may add or take away around a value.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '$' | '{' | '}')).collect()
}

/// Whether a line is there: whole, or without what stands before its command (a prompt, the number of a comment), with
/// anything in the place of its placeholders.
fn holds(all: &str, line: &str) -> bool {
    let placeholder = regex(
        r"<[A-Za-z][^<>]*>|\{\{[^}]*\}\}|%\{\w+\}|\b(?i:your)[-_][\w-]+|\[[A-Z][A-Z0-9_ -]+\]|\b[a-z][a-z0-9.-]*-?X{2,}\b",
    );
    let prompt = regex(r"^(\([\w.-]+\)\s*)?(\[?[\w.-]+@[^#$>%]*[#$>%]+|[\w./~:@\[\]() =-]*[#$>%]|[$#>%])\s+");
    let comment = regex(r"^#+\s*(\d+[.):]\s*)?");
    let without = if comment.is_match(line) { comment.replace(line, "") } else { prompt.replace(line, "") };
    let pieces = |text: &str| placeholder.split(text).map(plain).filter(|piece| !piece.is_empty()).collect::<Vec<_>>();
    [pieces(line), pieces(&without)].iter().any(|pieces| in_order(all, pieces))
}

/// Whether pieces stand one after another, never far apart.
fn in_order(all: &str, pieces: &[String]) -> bool {
    let Some((first, rest)) = pieces.split_first() else { return true };
    all.match_indices(first.as_str()).any(|(at, _)| {
        let mut from = at + first.len();
        rest.iter().all(|piece| {
            let found = all[from..].find(piece.as_str()).filter(|gap| *gap < 60);
            found.is_some_and(|gap| {
                from += gap + piece.len();
                true
            })
        })
    })
}

fn regex(pattern: &str) -> regex::Regex {
    regex::Regex::new(pattern).unwrap()
}
