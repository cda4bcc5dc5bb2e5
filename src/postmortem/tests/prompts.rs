//! What a person has to add to the record of each incident, and nothing else.

use super::{hachyderm, iris, lama, opensuse, troet};
use crate::postmortem::markdown::open_prompts;

#[test]
fn only_what_a_person_knows_is_left_to_be_written() {
    let asks = |text: &str| -> Vec<String> {
        open_prompts(text).map(|(_, line)| line.trim_start_matches("TODO(postmortem): ").to_owned()).collect()
    };
    for (name, text) in [
        ("hachyderm", hachyderm::journal().markdown(Some(&hachyderm::runbook()))),
        ("iris", iris::journal().markdown(Some(&iris::runbook()))),
        ("lama", lama::journal().markdown(None)),
        ("opensuse", opensuse::journal().markdown(None)),
        ("troet", troet::journal().markdown(None)),
    ] {
        let asked = asks(&text);
        assert!((7..=12).contains(&asked.len()), "{name}: {asked:#?}");
        for ask in &asked {
            // Each is a question or asks for something that no journal holds; none asks for a time, a command or an output.
            let known = [
                "what broke",
                "affected",
                "monitoring",
                "last, and which",
                "look right",
                "triggered",
                "well?",
                "blaming",
            ];
            let known = known.iter().chain(&["luck", "owner", "belong into the runbook"]);
            assert!(known.clone().any(|word| ask.contains(word)), "{name}: {ask}");
        }
        let written = text.replace("TODO(postmortem): ", "");
        assert_eq!(open_prompts(&written).count(), 0, "{name}: once they are written, nothing is left");
        for (number, line) in text.lines().enumerate() {
            assert!(!line.contains("TODO") || line.contains("TODO(postmortem)"), "{name}, line {number}: {line}");
        }
    }
}
