//! What was learned, as a patch for `git apply` and `patch -p1`.

use std::fmt::Write as _;

use similar::TextDiff;

use super::apply::Learnt;
use super::remark::one_line;

/// A patch that makes the old text (none: there is no such file) the learned one, after what it does in words. `path` is the file's,
/// relative to the folder it is applied in; `head` is its first line. Empty where there is nothing to tell.
#[must_use]
pub fn patch(head: &str, path: &str, old: Option<&str>, learnt: &Learnt) -> String {
    if learnt.taken.is_empty() && learnt.left.is_empty() {
        return String::new();
    }
    // Both programs skip what stands before the first header; a line of it must not look like one.
    let mut out = format!("{}\n", one_line(head));
    if !learnt.taken.is_empty() {
        out.push_str("\nIn this patch:\n");
        learnt.taken.iter().for_each(|lesson| item(&mut out, &lesson.to_string()));
    }
    if !learnt.left.is_empty() {
        out.push_str("\nNot in this patch:\n");
        for (lesson, why) in &learnt.left {
            let why = why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            item(&mut out, &format!("{lesson}{why}"));
        }
    }
    if !learnt.taken.is_empty() {
        // After a tab stands what is not the name's, so that one with blanks is whole.
        let end = if path.contains(' ') { "\t" } else { "" };
        let from = if old.is_some() { format!("a/{path}{end}") } else { "/dev/null".to_owned() };
        out.push('\n');
        let diff = TextDiff::from_lines(old.unwrap_or_default(), &learnt.text);
        out.push_str(&diff.unified_diff().header(&from, &format!("b/{path}{end}")).to_string());
    }
    out
}

fn item(out: &mut String, words: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "* {}", one_line(words));
}
