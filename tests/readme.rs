//! What the README shows is true: its runbook is sound, its commands are there.

use std::process::Command;

const README: &str = include_str!("../README.md");

/// The lines of the first indented block that begins so, without the indent.
fn block(begins: &str) -> String {
    let lines = README.lines().skip_while(|line| *line != format!("    {begins}"));
    let block = lines.take_while(|line| line.starts_with("    ") || line.is_empty());
    block.map(|line| line.strip_prefix("    ").unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_runbook_of_the_readme_is_sound() {
    let text = block("stanch: 1");
    let parsed = stanch::runbook::parse("readme", &text);
    assert_eq!(parsed.problems, [], "{text}");
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
    assert_eq!(stanch::runbook::check("readme", &text, day).problems, [], "{text}");
    let runbook = parsed.runbook.unwrap();
    assert_eq!(runbook.steps().count(), 8);
}

#[test]
fn every_command_of_the_readme_is_there() {
    let help = Command::new(env!("CARGO_BIN_EXE_stanch")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let table = README
        .lines()
        .skip_while(|line| *line != "## Commands")
        .take_while(|line| *line != "## What is kept, and where");
    let mut found = 0;
    for line in table.filter(|line| line.starts_with("| `stanch")) {
        let cell = line.split(" | ").next().unwrap();
        for name in cell.split('`').filter(|part| !part.trim().is_empty() && *part != ", " && *part != "| ") {
            let name = name.trim_start_matches("stanch").trim();
            let Some(name) = name.split_whitespace().next() else { continue };
            assert!(help.contains(&format!("\n  {name} ")), "`{name}` is not in the help:\n{help}");
            found += 1;
        }
    }
    assert!(found >= 10, "{found} commands");
}

#[test]
fn the_picture_of_the_readme_is_there() {
    assert!(README.contains("(assets/screen.svg)"));
    let picture = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/screen.svg")).unwrap();
    assert!(picture.starts_with("<svg "));
}
