//! Each rule with a runbook that breaks it and one that does not.

use chrono::NaiveDate;

use crate::runbook::rules::{self, Rule};
use crate::runbook::{ProblemSeverity, check, parse};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()
}

/// A runbook that breaks no rule, with something put in its place.
fn runbook(of: &str, instead: &str) -> String {
    const SOUND: &str = r#"
stanch: 1
title: The shop answers 500
vars: {}
hosts: {}
reviewed: 2026-10-01
diagnose:
  steps:
    - { id: http, title: Do requests get through?, run: 'curl -s "$URL"', expect: { match: '^2' } }
revert:
  ready: [{ id: package, title: Is the old one there?, run: apt-cache policy shop }]
  steps:
    - { id: back, title: Back, run: apt-get install -y shop=1, verify: [health] }
fix:
  steps:
    - { id: migrate, title: Migrate, run: bin/migrate, verify: [health], undo: bin/migrate --down }
verify:
  steps:
    - { id: health, title: Requests get through, run: 'curl -fs "$URL"' }
"#;
    let old = match of {
        "vars" => "vars: {}",
        "hosts" => "hosts: {}",
        "reviewed" => "reviewed: 2026-10-01",
        "http" => "- { id: http, title: Do requests get through?, run: 'curl -s \"$URL\"', expect: { match: '^2' } }",
        "ready" => "  ready: [{ id: package, title: Is the old one there?, run: apt-cache policy shop }]\n",
        "revert" => {
            "revert:\n  ready: [{ id: package, title: Is the old one there?, run: apt-cache policy shop }]\n  steps:\n    \
             - { id: back, title: Back, run: apt-get install -y shop=1, verify: [health] }\n"
        }
        "back" => "- { id: back, title: Back, run: apt-get install -y shop=1, verify: [health] }",
        "migrate" => "- { id: migrate, title: Migrate, run: bin/migrate, verify: [health], undo: bin/migrate --down }",
        _ => panic!("there is nothing called {of}"),
    };
    assert!(SOUND.contains(old), "{of}");
    SOUND.replacen(old, instead, 1)
}

fn broken(text: &str) -> Vec<&'static str> {
    let parsed = check("t", text, today());
    assert_eq!(parsed.errors(), 0, "{text}\n{:?}", parsed.problems);
    parsed.problems.iter().map(|problem| problem.rule).collect()
}

/// The rule, what is put in the place of what so that it is broken, and so that it is not.
type Case = (&'static Rule, &'static str, &'static [&'static str], &'static [&'static str]);

const CASES: &[Case] = &[
    (&rules::NO_REVERT, "revert", &["", "revert:\n", "revert: { steps: [] }\n"], &[]),
    (&rules::NO_PREFLIGHT, "ready", &[""], &[]),
    (
        &rules::UNVERIFIED_CHANGE,
        "back",
        &["- { title: Back, run: apt-get install -y shop=1 }"],
        &["- { title: Back, see: Is it back? }", "- { title: Dump, run: pg_dump -f /b/x shop, effect: read }"],
    ),
    (
        &rules::NO_WAY_BACK,
        "migrate",
        &["- { title: Migrate, run: bin/migrate, verify: [health] }"],
        &[
            "- { title: Migrate, run: bin/migrate, verify: [health], point_of_no_return: true }",
            "- { title: Restart, run: systemctl restart shop, verify: [health] }",
            "- { title: Restart, run: 'sh -c \"$SHOP_RESTART\"', verify: [health] }",
        ],
    ),
    (
        &rules::UNCONFIRMED_DESTRUCTION,
        "migrate",
        &["- { title: Drop, run: bin/drop, effect: destroy, verify: [health], point_of_no_return: true }"],
        &[
            "- { title: Drop, run: bin/drop, effect: destroy, confirm: $N, verify: [health], point_of_no_return: true, capture: { N: '(a)' } }",
        ],
    ),
    (
        &rules::HIDDEN_CHANGE,
        "http",
        &[
            "- { title: Look, run: systemctl restart shop, expect: { match: a } }",
            "- { title: Look, run: 'true', expect: { match: a }, require: [rm -rf /srv/x] }",
            "- { title: Look, run: 'true', expect: { match: a }, done_if: rm -rf /srv/x }",
        ],
        &["- { title: Look, run: 'systemctl status shop; rm -f /tmp/x', expect: { match: a } }"],
    ),
    (
        &rules::NEVER_ENDS,
        "http",
        &["- { title: Look, run: journalctl -fu shop, expect: { match: a } }"],
        &[
            "- { title: Look, run: journalctl -fu shop, mode: follow }",
            "- { title: Look, run: timeout 5 journalctl -fu shop, expect: { match: a } }",
        ],
    ),
    (
        &rules::WANTS_KEYS,
        "migrate",
        &[
            "- { title: Edit, run: vim /etc/shop, verify: [health], undo: git checkout /etc/shop }",
            "- { title: Edit, run: bin/edit, verify: [health], undo: vim /etc/shop }",
        ],
        &[
            "- { title: Edit, run: vim /etc/shop, mode: interactive, verify: [health], undo: { run: vim /etc/shop, mode: interactive } }",
        ],
    ),
    (
        &rules::UNQUOTED_VARIABLE,
        "migrate",
        &["- { title: Clean, run: rm -rf $DIR/cache, verify: [health], undo: bin/warm }"],
        &["- { title: Clean, run: 'rm -rf \"$DIR/cache\"', verify: [health], undo: bin/warm }"],
    ),
    (
        &rules::PLACEHOLDER,
        "http",
        &[
            "- { title: Look, run: 'ssh <host> uptime', expect: { match: a } }",
            "- { title: Look, run: ping -c 1 db.example.com, expect: { match: a } }",
            "- { title: Look, run: kubectl -n your-namespace get pods, expect: { match: a } }",
            "- { title: 'TODO: look', run: 'true', expect: { match: a } }",
            "- { title: Look, run: 'echo {{ host }}', expect: { match: a } }",
            "- { title: Look, run: 'true', env: { HOST: CHANGEME }, expect: { match: a } }",
        ],
        &[
            "- { title: Look, run: \"grep '<title>' x | sed 's/[A-Z]/./' && docker ps --format '{{.Names}}'\", expect: { match: a } }",
            "- { title: Look, run: 'mktemp /tmp/x.XXXX; sort <list >/tmp/o', expect: { match: a } }",
        ],
    ),
    (
        &rules::UNREACHABLE_STEP,
        "http",
        &[
            "- { title: A, run: a, expect: { match: a }, on_pass: fix, on_fail: revert }\n    - { title: B, run: b }",
            "- { title: A, ask: Which?, options: [{ say: a, go: fix }, { say: b, go: stop }] }\n    - { title: B, run: b }",
        ],
        &[
            "- { title: A, run: a, expect: { match: a }, on_pass: fix, on_fail: b }\n    - { title: B, run: b }",
            "- { title: A, run: a, on_pass: fix, on_fail: revert, signs: [{ match: a, go: b }] }\n    - { title: B, run: b }",
            "- { title: A, ask: Which?, options: [{ say: a, go: fix }, b] }\n    - { title: B, run: b }",
        ],
    ),
    (
        &rules::NO_EXPECTATION,
        "http",
        &["- { title: Look, run: systemctl status shop }"],
        &[
            "- { title: Look, run: tail -f x, mode: follow }",
            "- { title: Look, run: test -e /srv/shop }",
            "- { title: Look, run: cat log, signs: [{ match: a }] }",
            "- { title: Look, see: Is it slow? }",
        ],
    ),
    (
        &rules::STALE_REVIEW,
        "reviewed",
        &["reviewed: 2025-11-29", "reviewed: 2026-12-01"],
        &["reviewed: 2025-11-30", "reviewed: 2026-11-30"],
    ),
    (
        &rules::CLEAR_SECRET,
        "vars",
        &[
            "vars: { DB_PASSWORD: { ask: Which? } }",
            "vars: { DSN: 'postgres://shop:hunter22@db/shop' }",
            "vars: { A: { from: 'mysql -phunter22 -e x' } }",
            "vars: { A: { from: 'PGPASSWORD=hunter22 psql -c x' } }",
            "vars: { A: { from: 'curl -H \"Authorization: Bearer abcdefghijklmnopqrstuvwx\" x' } }",
        ],
        &[
            "vars: { DB_PASSWORD: { ask: Which?, secret: true } }",
            "vars: { A: { from: 'PGPASSWORD=$PW psql \"postgres://shop:$PW@db\" -c x' } }",
            "vars: { A: { from: 'mysql -p\"$PW\" --password-file=/etc/x -e x' } }",
            "vars: { TOKENS: 4096, A: { from: 'bypass=abcdef x; max_token=4096 y' } }",
        ],
    ),
];

#[test]
fn every_rule_is_broken_by_what_breaks_it_alone() {
    for (rule, of, breaking, _) in CASES {
        for instead in *breaking {
            let text = runbook(of, instead);
            let found = broken(&text);
            assert!(found.contains(&rule.name), "{} is not broken: {found:?}\n{instead}", rule.name);
            assert!(found.iter().all(|name| name == &rule.name), "{}: {found:?}\n{instead}", rule.name);
        }
    }
}

#[test]
fn no_rule_is_broken_by_what_is_sound() {
    assert_eq!(broken(&runbook("vars", "vars: {}")), Vec::<&str>::new());
    for (rule, of, _, fine) in CASES {
        for instead in *fine {
            let found = broken(&runbook(of, instead));
            assert!(!found.contains(&rule.name), "{}: {found:?}\n{instead}", rule.name);
        }
    }
}

#[test]
fn every_rule_can_be_silenced_and_is_told_to_authors_only() {
    for (rule, of, breaking, _) in CASES {
        for instead in *breaking {
            let text = runbook(of, instead);
            assert_eq!(rule.severity, ProblemSeverity::Warning);
            let silent = format!("{text}allow: [{{ rule: {}, because: it is so here }}]\n", rule.name);
            assert_eq!(broken(&silent), Vec::<&str>::new(), "{}", rule.name);
            let worked = parse("t", &text).problems;
            assert!(worked.iter().all(|problem| problem.rule == rules::NO_REVERT.name), "{worked:?}");
        }
    }
}

#[test]
fn every_rule_for_authors_has_its_cases() {
    let without: Vec<&str> = rules::ALL
        .iter()
        .skip_while(|rule| **rule != &rules::NO_REVERT)
        .filter(|rule| !CASES.iter().any(|case| case.0.name == rule.name))
        .map(|rule| rule.name)
        .collect();
    assert_eq!(without, Vec::<&str>::new());
}

#[test]
fn a_secret_that_is_found_is_not_repeated() {
    let text = runbook("vars", "vars: { A: { from: 'PGPASSWORD=hunter22 psql -c x' } }");
    for problem in check("t", &text, today()).problems {
        assert!(!format!("{problem:?}").contains("hunter22"), "{problem:?}");
    }
}
