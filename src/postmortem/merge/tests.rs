//! Nothing that a person wrote is lost, and nothing that nobody touched grows old.

use proptest::prelude::*;

use super::*;
use crate::postmortem::markdown::open_prompts;

/// A page as an export writes it: front matter, a head, sections.
fn page(facts: &[(&str, &str)], session: &str) -> String {
    let entries = facts.len();
    let head =
        format!("---\nid: \"{session}\"\ndocument_status: draft\njournal:\n  entries: {entries}\n---\n\n# Title\n");
    let sections = facts.iter().map(|(heading, text)| format!("\n## {heading}\n\n{text}\n"));
    seal(&[head].into_iter().chain(sections).collect::<String>(), session)
}

const OLD: [(&str, &str); 3] = [
    ("Summary", "It broke.\n\nTODO(postmortem): why?"),
    ("Timeline", "| 10:00 | broke |"),
    ("Appendix", "```text\n## not a heading\n```"),
];
const NEW: [(&str, &str); 4] = [
    ("Summary", "It broke.\n\nTODO(postmortem): why?"),
    ("Timeline", "| 10:00 | broke |\n| 11:00 | mended |"),
    ("Questions", "- Why?"),
    ("Appendix", "```text\n## not a heading\n```"),
];

fn old() -> String {
    page(&OLD, "s")
}

fn new() -> String {
    page(&NEW, "s")
}

#[test]
fn what_nobody_touched_is_made_anew() {
    let merged = merge(&old(), &new()).unwrap();
    assert_eq!(merged, Merged { text: new(), ..Merged::default() });
    // Whatever an editor does to the ends of lines.
    let saved = format!("\u{feff}{}\r\n\r\n", old().replace('\n', "  \r\n"));
    assert_eq!(merge(&saved, &new()).unwrap().text, new());
}

#[test]
fn what_a_person_wrote_stays_and_the_rest_is_made_anew() {
    let edited =
        old().replace("TODO(postmortem): why?", "The disk was full.").replace("status: draft", "status: reviewed");
    let merged = merge(&edited, &new()).unwrap();
    assert_eq!(merged.text, {
        let wanted = new().replace("TODO(postmortem): why?", "The disk was full.");
        wanted.replace("status: draft", "status: reviewed")
    });
    assert_eq!(merged.kept, ["document_status", "Summary"]);
    assert!(merged.conflicts.is_empty(), "{merged:?}");
}

#[test]
fn where_both_changed_the_persons_text_stays_and_the_new_one_stands_beside_it() {
    let edited =
        old().replace("| 10:00 | broke |", "| 09:58 | broke, says the log |").replace("entries: 3", "entries: many");
    let merged = merge(&edited, &new()).unwrap();
    assert_eq!(merged.conflicts, ["journal", "Timeline"]);
    let timeline = "## Timeline\n\n| 09:58 | broke, says the log |\n\n<!-- stanch: conflict ";
    assert!(merged.text.contains(timeline), "{}", merged.text);
    assert!(merged.text.contains("\n> | 10:00 | broke |\n> | 11:00 | mended |\n"), "{}", merged.text);
    let key = "\njournal:\n  entries: many\n# stanch: conflict: the record now says\n# stanch: journal:\n# stanch:   entries: 4\n---";
    assert!(merged.text.contains(key), "{}", merged.text);
    // It waits for a person, and the check says so.
    assert_eq!(open_prompts(&merged.text).count(), 2);

    // The next export tells of it and adds nothing.
    let again = merge(&merged.text, &new()).unwrap();
    assert_eq!((&again.text, &again.undecided), (&merged.text, &merged.conflicts));
    assert!(again.conflicts.is_empty());

    // What was offered and not touched gives way to what is newer.
    let mut newer = NEW.to_vec();
    newer[1].1 = "| 12:00 | all new |";
    let third = merge(&merged.text, &page(&newer, "s")).unwrap();
    assert_eq!(third.text.matches("<!-- stanch: conflict").count(), 1, "{}", third.text);
    assert!(third.text.contains("> | 12:00 | all new |") && !third.text.contains("mended"), "{}", third.text);

    // Once a person has decided, it is theirs.
    let at = merged.text.find("\n<!-- stanch: conflict").unwrap();
    let end = merged.text.find("<!-- stanch: end of conflict -->\n").unwrap();
    let decided = format!("{}{}", &merged.text[..at], &merged.text[end + "<!-- stanch: end of conflict -->\n".len()..]);
    let decided = merge(&decided, &new()).unwrap();
    assert!(decided.text.contains("09:58") && !decided.text.contains("<!-- stanch: conflict"), "{}", decided.text);
}

#[test]
fn a_block_that_a_person_wrote_into_is_theirs() {
    let edited = old().replace("| 10:00 | broke |", "mine");
    let merged = merge(&edited, &new()).unwrap().text.replace("> | 11:00 | mended |", "> | 11:00 | mended, says Ada |");
    let mut newer = NEW.to_vec();
    newer[1].1 = "| 12:00 | all new |";
    let text = merge(&merged, &page(&newer, "s")).unwrap().text;
    assert!(text.contains("says Ada") && text.contains("all new"), "{text}");
}

#[test]
fn sections_of_a_persons_own_stay_where_they_are_also_behind_the_end() {
    let edited = old().replace("## Timeline", "## Background\n\nWe had moved.\n\n## Timeline");
    let edited = format!("{edited}\n## See also\n\nA link.\n");
    let text = merge(&edited, &new()).unwrap().text;
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
    let wanted = ["Summary", "Background", "Timeline", "Questions", "Appendix", "not a heading", "See also"];
    assert_eq!(headings, wanted.map(|heading| format!("## {heading}")));
    assert!(text.contains("We had moved.") && text.contains("A link."), "{text}");
    assert_eq!(merge(&text, &new()).unwrap().text, text);
}

#[test]
fn what_a_person_took_out_stays_out_and_is_told() {
    let at = old().find("## Appendix").unwrap();
    let end = old().find("<!-- stanch").unwrap();
    let edited = format!("{}{}", &old()[..at], &old()[end..]);
    let merged = merge(&edited, &new()).unwrap();
    assert!(!merged.text.contains("## Appendix"), "{}", merged.text);
    assert_eq!(merged.left_out, ["Appendix"]);
    assert_eq!(merge(&merged.text, &new()).unwrap(), merged);
}

#[test]
fn a_section_that_came_to_be_generated_does_not_replace_a_persons_own() {
    let edited = old().replace("## Appendix", "## Questions\n\nMine.\n\n## Appendix");
    let merged = merge(&edited, &new()).unwrap();
    assert_eq!(merged.conflicts, ["Questions"]);
    assert!(merged.text.contains("Mine.") && merged.text.contains("> - Why?"), "{}", merged.text);
}

#[test]
fn a_section_that_a_person_wrote_as_it_came_to_be_generated_does_not_go_with_it() {
    let own = old().replace("\n## Appendix", "\n## Questions\n\n- Why?\n\n## Appendix");
    let merged = merge(&own, &new()).unwrap().text;
    assert_eq!(merge(&merged, &new()).unwrap().text, merged, "nothing happens the second time");
    let without = merge(&merged, &old()).unwrap().text;
    assert!(without.contains("## Questions\n\n- Why?"), "{without}");
    // Nobody wrote this one by hand.
    let generated = merge(&merge(&old(), &new()).unwrap().text, &old()).unwrap().text;
    assert!(!generated.contains("## Questions"), "{generated}");
}

#[test]
fn what_is_not_ours_is_refused() {
    for foreign in [
        "",
        "# My notes\n",
        "---\nid: \"s\"\n---\n",
        "<!-- stanch: sections\nno end",
        "<!-- stanch: sections\nx\n-->\n",
    ] {
        assert_eq!(merge(foreign, &new()), Err(Refusal::Foreign), "{foreign:?}");
        assert!(!is_untouched(foreign));
    }
    let other = page(&OLD, "other");
    assert_eq!(merge(&other, &new()).unwrap().text, new(), "nobody wrote in it");
    assert_eq!(merge(&other.replace("It broke", "It was broken"), &new()), Err(Refusal::OtherSession));
}

/// Lines a person may write: words, headings, fences, front matter, comments, things of ours.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z<>|`~#> -]{0,12}".prop_map(|text| format!("Ada: {text}")),
        1 => "[ -~]{0,20}",
        1 => prop::sample::select(vec![
            "## Summary", "## Timeline", "## Mine", "```", "~~~", "---", "", "-->", "<!-- a comment", "> quote", "title: \"x\"",
            "<!-- stanch: end of conflict -->", "<!-- stanch: conflict 000000000000 -->", "# stanch: x", "  indented: 1",
        ]).prop_map(str::to_owned),
    ]
}

/// What is done to a page, before its seal: a line put in, or taken out, at a place in per mille.
fn edits() -> impl Strategy<Value = Vec<(usize, Option<String>)>> {
    prop::collection::vec((0_usize..1000, prop_oneof![3 => line().prop_map(Some), 1 => Just(None)]), 0..8)
}

fn edit(page: &str, edits: &[(usize, Option<String>)]) -> String {
    let at = page.rfind("\n<!-- stanch: sections").unwrap();
    let mut lines: Vec<String> = page[..at].lines().map(str::to_owned).collect();
    for (place, edit) in edits {
        let place = place * lines.len() / 1000;
        match edit {
            Some(line) => lines.insert(place, line.clone()),
            None if place < lines.len() => drop(lines.remove(place)),
            None => {}
        }
    }
    format!("{}\n{}", lines.join("\n"), &page[at..])
}

fn facts() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let headings = ["Summary", "Impact", "Timeline", "Questions", "Appendix"];
    let texts = ["Words.", "TODO(postmortem): why?", "| a |\n| b |", "```text\n## no heading\n```", "- one\n- two"];
    prop::collection::vec((any::<bool>(), prop::sample::select(texts.to_vec())), headings.len()).prop_map(
        move |chosen| {
            headings
                .into_iter()
                .zip(chosen)
                .filter(|(_, (there, _))| *there)
                .map(|(heading, (_, text))| (heading, text))
                .collect()
        },
    )
}

proptest! {
    #[test]
    fn no_line_of_a_person_is_lost_and_the_second_time_nothing_happens(
        before in facts(), now in facts(), later in facts(), edits in edits(),
    ) {
        let (before, now, later) = (page(&before, "s"), page(&now, "s"), page(&later, "s"));
        let edited = edit(&before, &edits);
        let mut text = edited.clone();
        let generated: Vec<&str> = before.lines().map(str::trim_end).collect();
        for fresh in [&now, &later] {
            let merged = merge(&text, fresh).unwrap().text;
            for line in edited.lines().map(str::trim_end).filter(|line| !line.is_empty() && !generated.contains(line)) {
                // What an earlier export offered as a comment gives way to a newer one.
                if !line.starts_with("# stanch: ") {
                    prop_assert!(merged.lines().any(|own| own.trim_end() == line), "{:?} is lost:\n{}", line, merged);
                }
            }
            let again = merge(&merged, fresh).unwrap().text;
            prop_assert_eq!(&merged, &again);
            text = merged;
        }
    }

    #[test]
    fn without_edits_it_is_what_a_first_export_would_write(before in facts(), now in facts()) {
        let (before, now) = (page(&before, "s"), page(&now, "s"));
        prop_assert!(is_untouched(&before));
        let merged = merge(&before, &now).unwrap();
        prop_assert_eq!(merged, Merged { text: now, ..Merged::default() });
    }

    #[test]
    fn any_file_is_merged_or_refused(file in "\\PC{0,200}", now in facts()) {
        let _ = merge(&file, &page(&now, "s"));
        let _ = merge(&format!("<!-- stanch: sections\n{file}\n-->\n{file}"), &page(&now, "s"));
    }
}
