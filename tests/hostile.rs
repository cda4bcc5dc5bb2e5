//! Files made to hurt: refused with a place, whatever they are. Sizes stand for time: nothing here grows faster than its file.

#![expect(clippy::unwrap_used, reason = "a test's helper may fail as its test may")]

use proptest::prelude::*;
use stanch::runbook::render::{Look, Source};
use stanch::runbook::{MAX_BYTES, Parsed, Problem, parse, parse_bytes};

const HEAD: &str = "stanch: 1\ntitle: x\n";
const EVERYTHING: &str = include_str!("runbooks/good/everything.yaml");

/// Most problems that are listed, and the one that says how many are not.
const MOST: usize = 1001;

/// A text made of numbered pieces.
fn pieces(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

fn only(text: &str) -> Problem {
    let Parsed { runbook, mut problems, .. } = parse("x", text);
    assert!(runbook.is_none());
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.pop().unwrap()
}

fn refused(text: &str, rule: &str, line: usize, column: usize) {
    let problem = only(text);
    assert_eq!((problem.rule, problem.place.line, problem.place.column), (rule, line, column), "{}", problem.message);
}

#[test]
fn a_bomb_of_aliases_is_refused_at_its_first_anchor() {
    let bomb = pieces(9, |n| format!("l{}: &a{} [{}]\n", n + 1, n + 1, vec![format!("*a{n}"); 9].join(", ")));
    let problems = parse("x", &format!("{HEAD}tags: &a0 [x, x, x, x, x, x, x, x, x]\n{bomb}")).problems;
    let aliases: Vec<&Problem> = problems.iter().filter(|problem| problem.rule == "alias").collect();
    assert_eq!((aliases.len(), aliases[0].place.line, aliases[0].place.column), (10 + 81, 3, 11));
}

#[test]
fn deep_nesting_is_refused_also_where_nothing_is_read() {
    refused(&format!("{HEAD}ignored: {}", "[".repeat(100_000)), "too-deep", 3, 74);
    refused(&format!("{HEAD}ignored: {}{}", "[".repeat(100_000), "]".repeat(100_000)), "too-deep", 3, 74);
    refused(&format!("{HEAD}ignored: {}", "{a: ".repeat(100_000)), "too-deep", 3, 262);
    let blocks = pieces(1000, |depth| format!("{}a:\n", " ".repeat(depth)));
    assert_eq!(only(&blocks).rule, "too-deep");
}

#[test]
fn a_line_of_50_mb_is_refused_where_the_bound_is() {
    let text = format!("{HEAD}summary: {}", "ä".repeat(25_000_000));
    refused(&text, "too-large", 3, (MAX_BYTES - HEAD.len() - "summary: ".len()) / 2 + "summary: ".len() + 1);
    let shown = Source::new("x.yaml", &text).show(&only(&text), Look::Plain);
    assert!(shown.len() < 2000, "{} bytes", shown.len());
    let cut = &text.as_bytes()[..MAX_BYTES + 4];
    assert_eq!(parse_bytes("x", cut).problems, parse_bytes("x", text.as_bytes()).problems);
}

#[test]
fn too_many_values_are_refused() {
    refused(&format!("{HEAD}tags: [{}]", "a,".repeat(600_000)), "too-large", 3, 999_994);
}

#[test]
fn more_problems_than_anybody_reads_are_counted() {
    let steps = pieces(5000, |n| format!("    - {{ title: s{n}, foo: 1 }}\n"));
    let problems = parse("x", &format!("{HEAD}fix:\n  steps:\n{steps}")).problems;
    assert_eq!(problems.len(), MOST);
    assert_eq!(problems.last().unwrap().message, "4000 more problems are not listed");
}

#[test]
fn patterns_too_large_taken_together_are_refused() {
    let steps = pieces(600, |n| format!("    - {{ title: s{n}, run: x, expect: {{ match: 'x{{9000}}{n}' }} }}\n"));
    let problems = parse("x", &format!("{HEAD}fix:\n  steps:\n{steps}")).problems;
    assert_eq!(problems.iter().map(|problem| problem.rule).collect::<Vec<_>>(), ["too-large"]);
}

#[test]
fn many_names_shown_in_one_text_each_have_their_place() {
    let names = pieces(100_000, |n| format!("$V{n:05} "));
    let problems = parse("x", &format!("{HEAD}summary: {names}\nfix: {{ steps: [{{ title: a }}] }}\n")).problems;
    assert_eq!(problems[999].place.column, 10 + 999 * 8);
}

#[test]
fn groups_of_hosts_all_in_one_another_are_followed_once() {
    let members = |n: usize| (0..30).map(|other| format!("h{}", (n + other) % 300)).collect::<Vec<_>>().join(", ");
    let groups = pieces(300, |n| format!("  h{n}: [{}]\n", members(n)));
    let problems = parse("x", &format!("{HEAD}hosts:\n{groups}fix: {{ steps: [{{ title: a }}] }}\n")).problems;
    assert!(problems.iter().all(|problem| problem.rule == "host-cycle"));
    assert!(!problems.is_empty() && problems.len() <= MOST);
}

/// What holds for every file there is.
fn holds(bytes: &[u8]) -> Result<(), TestCaseError> {
    let parsed = parse_bytes("any", bytes);
    prop_assert_eq!(parsed.runbook.is_some(), parsed.errors() == 0);
    prop_assert!(parsed.problems.len() <= MOST);
    prop_assert!(parsed.problems.is_sorted_by_key(|problem| problem.place));
    let text = String::from_utf8_lossy(bytes);
    let lines = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count();
    let source = Source::new("any.yaml", &text);
    for problem in &parsed.problems {
        prop_assert!((1..=lines).contains(&problem.place.line) && problem.place.column >= 1, "{:?}", problem);
        prop_assert!(problem.length >= 1);
        for shown in [source.show(problem, Look::Plain), source.json(problem)] {
            prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{:?}", shown);
            prop_assert!(shown.len() < 8000);
        }
    }
    Ok(())
}

/// A piece of something that looks like a runbook.
fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(
            "\n|\n  |\n    - |: |- |[|]|{|}|, |\"|'|| |>|#|&a |*a|!t |<<|---\n|~|? |%|\r\n|\t|$DB|${X|$$|20m|99%|(?<A>|(|\\|é|\u{202e}|\u{feff}|null|true|\u{0}|\u{85}"
                .split('|')
                .map(str::to_owned)
                .collect::<Vec<_>>()
        ),
        prop::sample::select(
            EVERYTHING.split([' ', '\n']).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        ),
        "[a-z]{1,4}",
    ]
}

/// A key of an alert with some value.
fn json() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "status",
        "labels",
        "annotations",
        "startsAt",
        "endsAt",
        "fingerprint",
        "generatorURL",
        "x",
    ]);
    let value = prop::sample::select(vec![
        "\"firing\"",
        "{\"alertname\":\"A\"}",
        "{\"severity\":[]}",
        "null",
        "-1e999",
        "\"2022-04-30T19:00:00Z\"",
        "\"\\ud800\"",
        "[[[[]]]]",
        "{}",
        "\"\"",
    ]);
    (key, value).prop_map(|(key, value)| format!("\"{key}\":{value}"))
}

/// A piece of something that looks like Markdown.
fn markdown() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "# ",
            "## ",
            "\n",
            "\n\n",
            "```",
            "```sh\n",
            "~~~\n",
            "- ",
            "1. ",
            "> ",
            "| a | b |\n|---|---|\n",
            "$ ",
            "    ",
            "---\n",
            "<!-- ",
            "-->",
            "{{< x >}}",
            "\\",
            "`",
            "[a](b)",
            "<details>",
            "\t",
            "\r\n",
            "\u{202e}",
            "\u{0}",
            ": ",
            "'",
            "\"",
            "%",
            "&",
            "*",
            "!",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,6} ?",
    ]
}

/// A journal as it is written.
fn journal() -> String {
    use sha2::{Digest as _, Sha256};
    let mut prev = "0".repeat(64);
    let mut text = String::new();
    for seq in 1..=6 {
        let event = serde_json::json!({ "type": "note", "tag": "plain", "text": format!("note {seq} \u{2713}") });
        let line = format!(
            "{{\"v\":1,\"seq\":{seq},\"at\":\"2022-04-30T19:33:40.123Z\",\"boot_ms\":1,\"by\":\"nova@alice\",\"event\":{event},\"prev\":\"{prev}\"}}"
        );
        prev = Sha256::digest(line.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        text.push_str(&line);
        text.push('\n');
    }
    text
}

proptest! {
    #[test]
    fn any_bytes_are_told_what_they_are(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds(&bytes)?;
    }

    #[test]
    fn any_text_is_told_what_it_is(text in "\\PC{0,200}") {
        holds(format!("{HEAD}{text}").as_bytes())?;
    }

    #[test]
    fn anything_like_a_runbook_is_told_what_it_is(tokens in prop::collection::vec(token(), 0..60)) {
        holds(tokens.concat().as_bytes())?;
    }

    #[test]
    fn a_good_runbook_spoiled_anywhere_is_told_what_it_is(
        spoils in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..30, token()), 1..6)
    ) {
        let mut bytes = EVERYTHING.as_bytes().to_vec();
        for (at, cut, new) in spoils {
            let start = at.index(bytes.len());
            let end = (start + cut).min(bytes.len());
            bytes.splice(start..end, new.into_bytes());
            if bytes.is_empty() {
                break;
            }
        }
        holds(&bytes)?;
    }

    #[test]
    fn anything_for_an_alert_is_taken_or_told(text in prop_oneof![
        "\\PC{0,200}",
        prop::collection::vec(json(), 0..12).prop_map(|parts| format!("{{\"version\":\"4\",\"status\":\"firing\",\"alerts\":[{{{}}}]}}", parts.join(","))),
    ]) {
        let told = stanch::session::alert::parse(text.as_bytes());
        prop_assert!(told.is_ok() || !told.unwrap_err().to_string().is_empty());
    }

    #[test]
    fn anything_in_markdown_makes_yaml_that_is_read(tokens in prop::collection::vec(markdown(), 0..60)) {
        let text = tokens.concat();
        let imported = stanch::runbook::import::import("any", &text);
        prop_assert!(imported.yaml.len() < 20_000 + 40 * text.len(), "{} bytes of {}", imported.yaml.len(), text.len());
        let parsed = parse_bytes("any", imported.yaml.as_bytes());
        prop_assert!(!parsed.problems.iter().any(|problem| problem.message.contains("no YAML")), "{:?}\n{}", parsed.problems, imported.yaml);
    }

    #[test]
    fn anything_for_a_configuration_is_taken_or_told(tokens in prop::collection::vec(token(), 0..40), hook in any::<bool>()) {
        let text = format!("{}{}", if hook { "hook:\n  run: x\n" } else { "secrets:\n  - " }, tokens.concat());
        let read = stanch::runbook::parse_config(text.as_bytes());
        prop_assert_eq!(read.config.is_some(), !read.problems.iter().any(Problem::is_error));
    }

    #[test]
    fn a_journal_spoiled_anywhere_is_read_up_to_there(
        spoils in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..60, prop::collection::vec(any::<u8>(), 0..20)), 1..4),
    ) {
        use stanch::store::journal::read;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let text = journal();
        std::fs::write(&path, &text).unwrap();
        let whole = read(&path).unwrap();
        prop_assert_eq!(whole.entries.len(), 6);
        let mut bytes = text.into_bytes();
        let mut sound = bytes.len();
        for (at, cut, new) in spoils {
            let start = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (start + cut).min(bytes.len());
            bytes.splice(start..end, new);
            sound = sound.min(start);
        }
        std::fs::write(&path, &bytes).unwrap();
        let found = read(&path).unwrap();
        // Whole lines before the first spoiled byte are read, and nothing that was never written is.
        let before = memchr::memchr_iter(b'\n', &bytes[..sound.min(bytes.len())]).count();
        prop_assert!(found.entries.len() >= before.saturating_sub(1) , "{} of {before}", found.entries.len());
        prop_assert_eq!(&found.entries[..before.saturating_sub(1)], &whole.entries[..before.saturating_sub(1)]);
        if let Some(damage) = &found.damage {
            prop_assert_eq!(damage.line, found.entries.len() as u64 + 1);
        }
        drop(stanch::session::state::State::replay(&found.entries));
    }
}
