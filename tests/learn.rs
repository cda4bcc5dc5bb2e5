//! What is learned, put into hand-written runbooks of many layouts: each takes every kind of lesson, keeps every other line, and the
//! patch is taken by both programs that apply patches.

use chrono::NaiveDate;

use std::path::Path;
use std::process::Command;

use stanch::runbook::learn::{Edit, Lesson, NewSign, NewStep, apply, patch};
use stanch::runbook::{PhaseName, parse};

#[cfg(test)]
fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 4, 30).unwrap()
}

#[cfg(test)]
fn added(phase: PhaseName) -> Lesson {
    let mut step = NewStep::new("See: what's \"there\"".into(), "psql -c 'x: #1'\ngrep '^a\\d' \"$F\" # why".into());
    step.signs = vec![NewSign { pattern: r"^a\d: '".into(), finding: "It's: that".into() }];
    Lesson { edit: Edit::Add { phase, step: Box::new(step) }, because: "run by hand".into() }
}

#[cfg(test)]
fn lessons() -> Vec<Lesson> {
    let of = |edit| Lesson { because: format!("because: of #1, {edit:?}").chars().take(24).collect(), edit };
    vec![
        added(PhaseName::Fix),
        of(Edit::Command { step: "a".into(), run: "new 'x' # y: z\nsecond".into() }),
        of(Edit::Sign { step: "a".into(), sign: NewSign { pattern: r"\[x\]: '".into(), finding: "F: x".into() } }),
        of(Edit::Step("a".into())),
        of(Edit::Phase(PhaseName::Fix)),
    ]
}

#[cfg(test)]
const LAYOUTS: [(&str, &str); 22] = [
    (
        "two blanks",
        "stanch: 1\ntitle: T\nfix:\n  steps:\n    - id: a\n      title: A\n      run: x # why\n      # tail of a\n\n# about verify\nverify:\n  steps:\n    - { id: v, title: V, run: v }\n",
    ),
    (
        "lists not indented",
        "stanch: 1\ntitle: T\nfix:\n  steps:\n  - id: a\n    title: A\n    run: |\n      one\n      two\n\n  # about b\n  - id: b\n    title: B\n    run: y\nverify:\n  steps:\n    - { id: v, title: V, run: v }\n",
    ),
    (
        "CRLF",
        "stanch: 1\r\ntitle: T\r\nfix:\r\n  steps:\r\n    - id: a\r\n      title: A\r\n      run: x\r\nverify:\r\n  steps:\r\n    - { id: v, title: V, run: v }\r\n",
    ),
    (
        "items in braces",
        "stanch: 1\ntitle: T\nfix:\n  steps:\n    - { id: a, title: A, run: x } # one\n    - { id: b, title: B, run: y }\n",
    ),
    ("a list in brackets", "stanch: 1\ntitle: T\nfix:\n  steps: [{ id: a, title: A, run: x }]\n"),
    (
        "a phase in braces",
        "stanch: 1\ntitle: T\nfix: { steps: [{ id: a, title: A, run: x }] } # c\nverify:\n  steps:\n    - { id: v, title: V, run: v }\n",
    ),
    (
        "brackets over lines",
        "stanch: 1\ntitle: T\nfix:\n  steps: [\n    { id: a, title: A, run: x }, # c\n    { id: b, title: B, run: y },\n  ]\n",
    ),
    ("no end of the last line", "stanch: 1\ntitle: T\nfix:\n  steps:\n    - id: a\n      title: A\n      run: x"),
    (
        "deep",
        "stanch:   1\ntitle:    T\nfix:\n        steps:\n                -   id:    a\n                    title: A\n                    run: >-\n                      x\n                      y\n\n",
    ),
    ("kept ends", "stanch: 1\ntitle: T\nfix:\n  steps:\n    - id: a\n      title: A\n      run: |+\n        x\n\n\n"),
    (
        "dashes alone",
        "stanch: 1\ntitle: T\nfix:\n  steps:\n    -\n      id: a\n      title: A\n      run: x\n    -\n      id: b\n      title: B\n      run: y\n",
    ),
    (
        "a document's marks",
        "# yaml-language-server: $schema=x\n---\nstanch: 1\ntitle: T\nfix:\n  steps:\n    - id: a\n      title: A\n      run: x\n",
    ),
    (
        "a command as a list",
        "stanch: 1\ntitle: T\nfix:\n  steps:\n    - id: a\n      title: A\n      run:\n        - one # first\n        - two\n      timeout: 5s\n",
    ),
    (
        "quoted keys",
        "\"stanch\": 1\n'title': T\n\"fix\":\n  \"steps\":\n    - \"id\": a\n      'title': A\n      \"run\": 'x'\n",
    ),
    (
        "umlauts and emoji",
        "stanch: 1\ntitle: Größe 🚨\nfix:\n  steps:\n    - id: a\n      title: Ümläut 🚒\n      run: echo 'ß' # größer\n    - id: b\n      title: B\n      run: y\n",
    ),
    (
        "signs there",
        "stanch: 1\ntitle: T\nfix:\n  steps:\n    - id: a\n      title: A\n      run: x\n      signs:\n        # the first\n        - match: q\n          finding: Q\n      timeout: 5s\n",
    ),
    (
        "signs in brackets",
        "stanch: 1\ntitle: T\nfix:\n  steps:\n    - id: a\n      title: A\n      run: x\n      signs: [{ match: q, finding: Q }]\n",
    ),
    (
        "comments everywhere",
        "# head\nstanch: 1 # v\n# t\ntitle: T # t\n\n# fix\nfix: # f\n  # box\n  time_box: 20m # b\n  # steps\n  steps: # s\n    # a\n    - id: a # i\n      # title\n      title: A # t\n      # run\n      run: x # r\n      # end of a\n    # end of steps\n  # end of fix\n# end\n",
    ),
    (
        "a long text before",
        "stanch: 1\ntitle: T\nsummary: |\n  fix:\n    steps:\n      - id: a\nfix:\n  steps:\n    - id: a\n      title: A\n      text: |\n        - id: a\n          run: not this\n      run: x\n",
    ),
    (
        "the phase last and its list first",
        "verify:\n  steps:\n    - id: v\n      title: V\n      run: v\n\nstanch: 1\ntitle: T\n\nfix:\n\n  steps:\n\n    - id: a\n\n      title: A\n\n      run: x\n\n",
    ),
    (
        "blanks at the ends of lines",
        "stanch: 1  \ntitle: T \nfix:  \n  steps:   \n    - id: a  \n      title: A \n      run: x  \n   \nverify:\n  steps:\n    - { id: v, title: V, run: v }\n",
    ),
    (
        "a block with a number",
        "stanch: 1\ntitle: T\nfix:\n  steps:\n    - id: a\n      title: A\n      run: |2-\n          deep\n        x\n      undo: { run: u }\n    # b\n    - { id: b, title: B, run: y }\n",
    ),
];

/// The lines of `old` that are not in `new`, in order.
#[cfg(test)]
fn lost<'a>(old: &'a str, new: &'a str) -> Vec<&'a str> {
    let diff = similar::TextDiff::from_lines(old, new);
    let gone = diff.iter_all_changes().filter(|change| change.tag() == similar::ChangeTag::Delete);
    gone.map(|change| change.value()).collect()
}

#[test]
fn every_layout_takes_every_lesson_and_keeps_its_other_lines() {
    for (name, text) in LAYOUTS {
        let parsed = parse("t", text);
        assert!(parsed.runbook.is_some(), "{name}: {:?}", parsed.problems);
        for lesson in lessons() {
            let one = [lesson.clone()];
            let learnt = apply("t", text, day(), &one).unwrap();
            let (got, left) = (&learnt.text, &learnt.left);
            let in_braces = name == "a phase in braces" && matches!(lesson.edit, Edit::Phase(_));
            assert!(left.is_empty() || in_braces, "{name}: {lesson}: {left:?}");
            let gone = lost(text, got);
            // What is in brackets is on one line; a command is replaced; what follows a last line without an end gives it one.
            let flows = name.contains("brace") || name.contains("bracket");
            let fair = match &lesson.edit {
                Edit::Command { .. } => gone.iter().all(|line| !line.contains("id:") || flows),
                Edit::Add { .. } | Edit::Sign { .. } => {
                    flows && gone.len() <= 1 || gone.is_empty() || !text.ends_with('\n')
                }
                _ => gone.is_empty(),
            };
            assert!(fair, "{name}: {lesson}: lost {gone:?} in\n{got}");
            assert_eq!(text.contains("\r\n"), got.contains("\r\n"), "{name}");
            let bare = got.replace("\r\n", "");
            assert!(!text.contains("\r\n") || !bare.contains('\n'), "{name}: mixed ends of lines in\n{got:?}");
        }
    }
}

#[test]
fn all_lessons_together_read_back() {
    for (name, text) in LAYOUTS {
        let lessons = lessons();
        let learnt = apply("t", text, day(), &lessons).unwrap();
        let runbook = parse("t", &learnt.text).runbook.unwrap();
        let last = runbook.fix.steps.last().unwrap();
        assert_eq!(last.title, "See: what's \"there\"", "{name}");
        assert!(last.command().unwrap().run.contains("# why"), "{name}");
        assert_eq!(last.signs[0].matches.as_str(), r"^a\d: '", "{name}");
        let (_, a) = runbook.step("a").unwrap();
        assert!(a.command().unwrap().run.starts_with("new 'x' # y: z\nsecond"), "{name}: {a:?}");
        assert_eq!(a.signs.last().unwrap().matches.as_str(), r"\[x\]: '", "{name}");
        assert!(learnt.text.contains("# learned 2022-04-30: because: of #1"), "{name}\n{}", learnt.text);
    }
}

#[cfg(test)]
fn succeeds(folder: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat())
    );
}

#[test]
fn the_patch_is_taken_by_git_and_by_patch() {
    for (name, text) in LAYOUTS {
        let lessons = lessons();
        let learnt = apply("t", text, day(), &lessons).unwrap();
        let wanted = &learnt.text;
        let patch = patch("What session s\ntaught", "run books/t.yaml", Some(text), &learnt);
        for (program, arguments) in [
            ("git", &["apply", "--whitespace=nowarn", "../learned.patch"][..]),
            ("patch", &["-p1", "--silent", "-i", "../learned.patch"][..]),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let team = folder.path().join("team");
            std::fs::create_dir_all(team.join("run books")).unwrap();
            std::fs::write(team.join("run books/t.yaml"), text).unwrap();
            std::fs::write(folder.path().join("learned.patch"), &patch).unwrap();
            succeeds(&team, program, arguments);
            let got = std::fs::read_to_string(team.join("run books/t.yaml")).unwrap();
            assert_eq!(&got, wanted, "{name}, by {program}:\n{patch}");
        }
    }
}
