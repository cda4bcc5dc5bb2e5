//! Values from outside, and secrets.

use crate::stage::Stage;

const BOOK: &str = "{stanch: 1, title: T, vars: {WHO: {choices: [world, moon]}, PASSWORD: {secret: true}, TOKEN: {from: 'echo token-of-$WHO', secret: true}}, \
    diagnose: {steps: [{id: hello, title: Hello, run: 'echo \"hello $WHO\"'}]}, \
    verify: {steps: [{id: use, title: Use, run: 'echo \"with $PASSWORD and $TOKEN\"; test \"${PASSWORD#hunter} $TOKEN\" = \"2222 token-of-$WHO\"', expect: {match: 'with .* and'}}]}}";

#[test]
fn a_secret_comes_from_the_environment_and_is_on_no_disk() {
    let stage = Stage::with(BOOK);
    let mut command = stage.command(&["run", "book", "--auto", "--var", "WHO=world"]);
    let child = command.env("STANCH_VAR_PASSWORD", "hunter2222").spawn().unwrap();
    stage.end(child).expect_code(0).expect_line("TOKEN is (secret)");
    stage.assert_nowhere("hunter2222");
    stage.assert_nowhere("token-of-world");
}

#[test]
fn a_secret_is_never_taken_from_the_command_line() {
    let stage = Stage::with(BOOK);
    let said = stage.walk(&["--var", "WHO=world", "--var", "PASSWORD=hunter2222"]);
    said.expect_code(2).expect_err("could not take PASSWORD from --var").expect_err("STANCH_VAR_PASSWORD");
    assert!(stage.sessions().is_empty(), "nothing was begun");
}

#[test]
fn values_are_held_against_what_is_allowed() {
    let stage = Stage::with(BOOK);
    stage.walk(&["--var", "WHO=sun"]).expect_code(2).expect_err("it is one of `world` or `moon`");
    stage.walk(&["--var", "WHOM=world"]).expect_code(2).expect_err("has no such variable");
    stage.walk(&["--var", "WHO"]).expect_code(2).expect_err("is not NAME=value");
}

#[test]
fn a_missing_value_needs_a_person() {
    let stage = Stage::with(BOOK);
    stage.walk(&[]).expect_code(5).expect_line("hello needs a value for WHO; --var WHO=... gives it");
}

#[test]
fn a_missing_secret_is_asked_for_where_it_is_taken() {
    let stage = Stage::with(
        "{stanch: 1, title: T, vars: {TOKEN: {secret: true}}, diagnose: {steps: [{id: use, title: Use, run: 'echo \"$TOKEN\"'}]}}",
    );
    let said = stage.walk(&[]);
    said.expect_code(5).expect_line("use needs a value for TOKEN; the environment variable STANCH_VAR_TOKEN gives it");
}

#[test]
fn a_runbook_that_changed_since_it_was_last_used_says_so() {
    let book = |command: &str| {
        format!("{{stanch: 1, title: T, diagnose: {{steps: [{{id: a, title: A, run: '{command}'}}]}}}}")
    };
    let stage = Stage::with(&book("echo one"));
    for _ in 0..2 {
        let said = stage.walk(&[]);
        assert!(!format!("{}{}", said.out, said.err).contains("has changed"), "{}", said.out);
    }
    stage.write("runbooks/book.yaml", &book("echo two"));
    let said = stage.walk(&[]);
    assert!(
        format!("{}{}", said.out, said.err).contains("has changed since it was last used"),
        "{}\n{}",
        said.out,
        said.err
    );
}
