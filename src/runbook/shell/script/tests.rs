use super::*;

fn told(script: &str) -> Vec<String> {
    let told = |command: &Command| command.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    commands(script).iter().map(told).filter(|text| !text.is_empty()).collect()
}

#[test]
fn commands_are_found_wherever_a_shell_would_start_them() {
    let table: &[(&str, &[&str])] = &[
        ("a 1 && b 2 || c; d | e |& f &", &["a 1", "b 2", "c", "d", "e", "f"]),
        ("a \\\n  b # not; this\nc", &["a b", "c"]),
        ("if a; then b; elif c; then d; else e; fi", &["a", "b", "c", "d", "e"]),
        ("for x in a b; do c $x; done", &["c $x"]),
        ("while ! a; do b; done; until c; do d; done", &["a", "b", "c", "d"]),
        ("case $x in a|b) c ;; *\" y \"*) d; e ;; esac; f", &["c", "d", "e", "f"]),
        ("case $x in (a) b;; esac", &["b"]),
        ("(a; b) && { c; d; }", &["a", "b", "c", "d"]),
        ("f() { a; }; f", &["a", "f"]),
        ("x=1 y='2 3' a b=c", &["a b=c"]),
        ("[[ a > b && -n c ]] && d", &["d"]),
        ("(( x > 3 )) && a", &["a"]),
        ("[ -s x ] || a", &["[ -s x ]", "a"]),
        ("a 'b; c' \"d | e\"", &["a b; c d | e"]),
        ("! a", &["a"]),
    ];
    for (script, expected) in table {
        assert_eq!(told(script), *expected, "{script}");
    }
}

#[test]
fn commands_in_substitutions_are_found_too() {
    for script in
        ["a \"$(b 1)\"", "a $(b 1)", "a `b 1`", "x=$(b 1) a", "a <(b 1)", "a \"${x:-$(b 1)}\"", "a $(\n b 1\n)"]
    {
        assert!(told(script).contains(&"b 1".to_owned()), "{script}: {:?}", told(script));
    }
    assert_eq!(told("a $(b $(c)) d")[1..], ["b $(c)", "c"]);
    assert_eq!(told("a '$(b)' \\$(c)")[0], "a $(b) $");
}

#[test]
fn a_here_document_is_the_text_of_its_command() {
    let found = commands("a <<'X' >out\nselect 1;\n; rm\nX\nb <<-Y\n\tz\n\tY\nc <<< word");
    let here = |at: usize| found[at].redirects[0].clone();
    assert_eq!(here(0), Redirect::Here("select 1;\n; rm\n".into()));
    assert_eq!(found[0].redirects[1], Redirect::Out(Word { text: "out".into(), bare: Vec::new() }, false));
    assert_eq!((here(1), here(2)), (Redirect::Here("z\n".into()), Redirect::Here("word".into())));
    assert_eq!(told("x=$(a <<E\nb\nE\n)\nc"), ["a", "c"]);
}

#[test]
fn what_leads_to_an_open_descriptor_is_no_file() {
    assert_eq!(commands("a 2>&1 >&2 <&3")[0].redirects, []);
    assert_eq!(commands("a 2>/dev/null &>b >>c")[0].redirects.len(), 3);
}

#[test]
fn variables_outside_quotes_are_told_apart() {
    let words = &commands("rm -rf $A \"$B\" '$C' ${D}/x \"x\"$E \"${F:-$G}\" \\$H")[0].words;
    let bare: Vec<&str> = words.iter().flat_map(|word| word.bare.iter().map(String::as_str)).collect();
    assert_eq!(bare, ["A", "D", "E"]);
}

#[test]
fn a_pipeline_keeps_its_number_and_a_background_command_its_mark() {
    let found = commands("a | b; c &");
    assert_eq!((found[0].pipeline, found[0].piped), (found[1].pipeline, false));
    assert!(found[1].piped && found[2].background && found[2].pipeline != found[0].pipeline);
}

#[test]
fn nothing_is_too_broken_or_too_deep_to_be_read() {
    for script in [
        "'",
        "\"",
        "$(",
        "${",
        "`",
        "<<",
        "a <<X",
        "case",
        "case x in",
        ")",
        "))",
        ";;",
        "$",
        "\\",
        "é\\é$'é",
        "((",
        "[[",
        "$'\\",
    ] {
        commands(script);
        commands(&script.repeat(2000));
    }
    commands(&"$(a ".repeat(100_000));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_to_its_end(script in "[-a-z $(){}\\[\\]<>|&;'\"`\\\\\n#=é0-9!]{0,80}") {
        commands(&script);
    }
}
