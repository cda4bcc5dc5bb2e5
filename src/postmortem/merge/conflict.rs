//! A part that a person changed and the record too: the person's text, and beside it what would be written now.

use super::seal::hash;
use crate::postmortem::markdown::PROMPT;

const BEGINS: &str = "<!-- stanch: conflict ";
const CLOSES: &str = " -->\n";
const ENDS: &str = "<!-- stanch: end of conflict -->";
/// In front matter, where no quotation can be.
const COMMENT: &str = "# stanch: ";

/// A section with what would be written now beside it.
pub(super) fn beside(own: &str, generated: &str) -> String {
    let mut quote = format!(
        "\n> {PROMPT} this part was edited, and the record has changed since. What would be written now follows: take over what \
         is needed, then delete this block.\n>\n"
    );
    // The heading is there already.
    let body = generated.trim_end().lines().skip_while(|line| line.starts_with("## ") || line.is_empty());
    for line in body {
        quote.push_str(if line.is_empty() { ">" } else { "> " });
        quote.push_str(line);
        quote.push('\n');
    }
    quote.push('\n');
    let own = own.trim_end();
    let space = if own.is_empty() { "" } else { "\n\n" };
    format!("{own}{space}{BEGINS}{}{CLOSES}{quote}{ENDS}\n", hash(&quote))
}

/// A key of the front matter, the same way: the record's value as a comment.
pub(super) fn beside_key(own: &str, generated: &str) -> String {
    let own = own.trim_end();
    let lines = generated.trim_end().lines().map(|line| format!("{COMMENT}{line}"));
    let lines: Vec<String> = [format!("{COMMENT}conflict: the record now says")].into_iter().chain(lines).collect();
    format!("{own}\n{}\n", lines.join("\n"))
}

/// Whether something is still offered in this part.
pub(super) fn is_open(text: &str) -> bool {
    text.contains(BEGINS) || text.lines().any(|line| line.starts_with(COMMENT))
}

/// A part without what an earlier export offered in it. What a person changed in there is theirs and stays.
pub(super) fn without(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(BEGINS) {
        let block = &rest[at..];
        let Some((head, after)) = block.split_once(CLOSES) else { break };
        let Some((quote, after)) = after.split_once(ENDS) else { break };
        let offered = head.strip_prefix(BEGINS) == Some(&hash(quote));
        if offered {
            out.push_str(rest[..at].trim_end());
            out.push_str("\n\n");
            rest = after.trim_start_matches('\n');
        } else {
            let end = rest.len() - after.len();
            out.push_str(&rest[..end]);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The same for a key of the front matter.
pub(super) fn without_key(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.starts_with(COMMENT)).collect()
}
