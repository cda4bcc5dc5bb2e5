//! A runbook to start from.

use chrono::NaiveDate;

use super::names::is_id;

/// What is written, with a place for the title and the day.
const TEXT: &str = include_str!("starter/runbook.yaml");

/// A runbook to start from: every part that a good one has, explained, and without a problem of its own.
#[must_use]
pub fn starter(id: &str, today: NaiveDate) -> String {
    // The id says mostly what is wrong; quotes keep whatever it is from being anything but text.
    let words = id.replace(['-', '_'], " ");
    let mut chars = words.trim().chars().filter(|c| !c.is_control() && *c != '"' && *c != '\\' && *c != '$');
    let title: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    let title = if title.trim().is_empty() { "What is wrong".to_owned() } else { title };
    TEXT.replace("@TITLE@", &title).replace("@TODAY@", &today.to_string())
}

/// Whether a word can be the name of a runbook's file: the characters of a step's id.
#[must_use]
pub fn is_runbook_id(id: &str) -> bool {
    is_id(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::check;

    #[test]
    fn what_one_starts_from_has_no_problem_whatever_it_is_called() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        for id in ["disk-full", "5", "yes", "a\"b\\c$D", "", "-", "数据库", "stanch: 2"] {
            let text = starter(id, today);
            assert_eq!(check("new", &text, today).problems, [], "{id}\n{text}");
        }
        let runbook = check("disk-full", &starter("disk-full", today), today).runbook.unwrap();
        assert_eq!((runbook.title.as_str(), runbook.reviewed), ("Disk full", Some(today)));
        assert!(
            !runbook.ready.is_empty()
                && !runbook.verify.steps.is_empty()
                && runbook.fix.steps.iter().any(|step| step.undo.is_some())
        );
    }
}
