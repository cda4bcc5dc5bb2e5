//! Whatever a source is, what is made of it can be used.

use proptest::prelude::*;

use super::import;
use crate::runbook::parse;

/// Pieces of sources, sound and broken.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "# Title",
        "## Diagnosis",
        "## Mitigation",
        "### Option A: x",
        "### Option B",
        "### Rollback",
        "## Verify",
        "## Escalation",
        "```sh",
        "```",
        "~~~",
        "```{note} x",
        "$ kubectl get <pod>",
        "$ ssh <host>",
        "su - app",
        "exit",
        "# Look",
        "ls -l 'it",
        "cat <<EOF",
        "EOF",
        "A=1",
        "echo $A \"$B\" ${C:-x}",
        "tail -f x",
        "db=# select 1",
        "1. Do `rm -rf x`",
        "- Restart it",
        "   - nested: x",
        "> quoted",
        "| a | b |",
        "|---|---|",
        "| c | `ls -l` |",
        "!!! note \"x\"",
        "    set in",
        "<!-- open",
        "-->",
        "{{< hint >}}",
        "---",
        "title: x",
        "**Step 1:** go",
        "5$$ and $X and ${Y}",
        "",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => "\\PC{0,40}", 1 => "[ \\t#>$`'\"{}\\[\\]|&:*-]{0,12}", 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_import_can_be_used(pieces in prop::collection::vec(piece(), 0..40)) {
        let source = pieces.join("\n");
        let done = import("a source.md", &source);
        let parsed = parse("x", &done.yaml);
        let errors: Vec<_> = parsed.problems.iter().filter(|problem| problem.is_error()).collect();
        prop_assert!(errors.is_empty(), "{errors:#?}\n{}", done.yaml);
        prop_assert_eq!(import("a source.md", &source), done);
    }
}

#[test]
fn a_hostile_source_takes_no_time() {
    for source in [
        "'\n".repeat(20_000),
        "`$(".repeat(20_000),
        "> ".repeat(20_000),
        format!("```sh\n{}\n```\n", "(\n".repeat(20_000)),
        "- ".repeat(20_000),
        "1. a\n".repeat(4_000),
        format!("```\n{}```\n", "$ a\n".repeat(4_900)),
        (0..4_900).fold(String::from("```sh\n"), |all, n| all + &format!("A{n}=<x{n}>\n")) + "```\n",
    ] {
        let done = import("x.md", &source);
        assert_eq!(parse("x", &done.yaml).errors(), 0);
    }
}
