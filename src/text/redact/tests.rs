use proptest::prelude::*;

use super::*;
use crate::text::plain;
use crate::text::sequence::{Byte, Sequence};

fn secrets(values: &[(&str, &str)]) -> Secrets {
    let (secrets, refused) = Secrets::new(values.iter().copied());
    assert_eq!(refused, []);
    // What has the shape of a secret has tests of its own.
    secrets.without_shapes()
}

fn redact(secrets: &Secrets, pieces: &[&[u8]]) -> (String, u64) {
    let mut out = Vec::new();
    let mut redactor = Redactor::new(secrets);
    for piece in pieces {
        redactor.push(piece, &mut out);
    }
    redactor.finish(&mut out);
    (String::from_utf8(out).unwrap(), redactor.count())
}

fn redact_one(values: &[(&str, &str)], text: &str) -> String {
    redact(&secrets(values), &[text.as_bytes()]).0
}

#[test]
fn a_secret_gives_way_to_its_name() {
    let (out, count) = redact(&secrets(&[("PASSWORD", "hunter22")]), &[b"-p hunter22 -h db; hunter22\n"]);
    assert_eq!(out, "-p [secret PASSWORD] -h db; [secret PASSWORD]\n");
    assert_eq!(count, 2);
}

#[test]
fn the_longest_of_several_secrets_wins_so_that_no_tail_leaks() {
    let values = [("SHORT", "abcd"), ("LONG", "abcdefgh")];
    assert_eq!(redact_one(&values, "abcdefgh abcdef"), "[secret LONG] [secret SHORT]ef");
    let secrets = secrets(&values);
    assert_eq!(redact(&secrets, &[b"abcd", b"efgh abcd", b"ef"]).0, "[secret LONG] [secret SHORT]ef");
}

#[test]
fn secrets_that_overlap_leave_nothing_of_either() {
    let values = [("A", "abcdef"), ("B", "defghi")];
    assert_eq!(redact_one(&values, "1abcdefghi2"), "1[secret A]2");
    assert_eq!(redact(&secrets(&values), &[b"1abcdef", b"g", b"hi2"]).0, "1[secret A]2");
}

#[test]
fn a_colour_inside_a_secret_does_not_hide_it_and_stays() {
    let values = [("TOKEN", "s3cr3tvalue")];
    assert_eq!(redact_one(&values, "x s3c\x1b[1;31mr3t\x1b[0mvalue y"), "x [secret TOKEN]\x1b[1;31m\x1b[0m y");
    assert_eq!(redact_one(&values, "s3c\x1b]8;;http://a\x07r3tvalue"), "[secret TOKEN]\x1b]8;;http://a\x07");
}

#[test]
fn a_wrapped_secret_is_found_and_the_line_ends_stay() {
    assert_eq!(redact_one(&[("TOKEN", "s3cr3tvalue")], "a s3cr3\r\nt\nvalue b\n"), "a [secret TOKEN]\r\n\n b\n");
}

#[test]
fn a_secret_of_many_lines_is_found_whatever_its_line_ends() {
    let key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n";
    let secrets = secrets(&[("KEY", key)]);
    for text in [key.to_owned(), key.replace('\n', "\r\n"), key.replace('\n', "")] {
        let (out, count) = redact(&secrets, &[b"<", text.as_bytes(), b">"]);
        assert_eq!(count, 1, "{out:?}");
        assert!(!out.contains("MII") && !out.contains("kqh") && !out.contains("KEY-"), "{out:?}");
    }
}

#[test]
fn a_secret_inside_an_escape_sequence_is_found() {
    assert_eq!(redact_one(&[("T", "hunter22")], "\x1b]0;db hunter22\x07ok"), "\x1b]0;db [secret T]\x07ok");
    assert_eq!(
        redact(&secrets(&[("T", "hunter22")]), &[b"\x1b]0;db hun", b"ter22\x07ok"]).0,
        "\x1b]0;db [secret T]\x07ok"
    );
}

#[test]
fn a_secret_that_is_itself_an_escape_is_found() {
    assert_eq!(redact_one(&[("T", "a\x1b[1m")], "-a\x1b[1m-"), "-[secret T]-");
}

#[test]
fn what_is_too_short_or_too_long_is_refused_and_what_is_empty_is_passed_over() {
    let long = "x".repeat(200_000);
    let (secrets, refused) =
        Secrets::new([("PIN", "123"), ("NONE", ""), ("LINE", "\r\n"), ("BLOB", &long), ("OK", "1234")]);
    assert_eq!(
        refused,
        [Refused { name: "PIN".into(), why: Why::TooShort }, Refused { name: "BLOB".into(), why: Why::TooLong }]
    );
    assert_eq!(secrets.redact_str("123 1234"), "123 [secret OK]");
}

#[test]
fn the_debug_form_shows_no_value() {
    assert_eq!(format!("{:?}", secrets(&[("P", "hunter22")])), r#"Secrets(["[secret P]"])"#);
}

#[test]
fn only_a_possible_beginning_is_held_back() {
    let secrets = secrets(&[("P", "hunter22")]);
    let mut redactor = Redactor::new(&secrets);
    let mut out = Vec::new();
    redactor.push(b"password: ", &mut out);
    assert_eq!(out, b"password: ");
    redactor.push(b"hunter", &mut out);
    assert_eq!((out.as_slice(), redactor.held()), (b"password: ".as_slice(), 6));
    redactor.quiet(&mut out);
    assert_eq!(out, b"password: ");
    redactor.push(b"s", &mut out);
    assert_eq!(out, b"password: hunters");
}

#[test]
fn a_short_beginning_is_let_out_in_a_quiet_moment_and_the_rest_still_redacted() {
    let secrets = secrets(&[("P", "hunter22")]);
    let mut redactor = Redactor::new(&secrets);
    let mut out = Vec::new();
    redactor.push(b"name? hu", &mut out);
    assert_eq!(out, b"name? ");
    redactor.quiet(&mut out);
    redactor.quiet(&mut out);
    assert_eq!(out, b"name? hu");
    redactor.push(b"nter22!", &mut out);
    redactor.finish(&mut out);
    assert_eq!(out, b"name? hu[secret P]!");

    out.clear();
    redactor.push(b"hu", &mut out);
    redactor.quiet(&mut out);
    redactor.push(b"g", &mut out);
    redactor.finish(&mut out);
    assert_eq!(out, b"hug");
}

#[test]
fn an_endless_escape_sequence_holds_back_little() {
    let secrets = secrets(&[("P", "hunter22")]);
    let mut redactor = Redactor::new(&secrets);
    let mut out = Vec::new();
    redactor.push(b"hunt\x1b]0;", &mut out);
    for _ in 0..1000 {
        redactor.push(&[b'x'; 1000], &mut out);
        assert!(redactor.held() < 8 * 1024);
    }
    redactor.finish(&mut out);
    assert_eq!(out.len(), 8 + 1_000_000);
}

#[test]
fn a_flood_of_secrets_is_held_back_no_further_than_one() {
    let secrets = secrets(&[("P", "aaaa")]);
    let mut redactor = Redactor::new(&secrets);
    let mut out = Vec::new();
    for _ in 0..100 {
        redactor.push(&[b'a'; 1000], &mut out);
        assert!(redactor.held() < 4);
    }
    redactor.finish(&mut out);
    assert_eq!(String::from_utf8(out).unwrap(), "[secret P]");
}

#[test]
fn more_secrets_than_one_automaton_takes_are_all_found() {
    let values: Vec<(String, String)> = (0..300).map(|n| (format!("V{n}"), format!("value-{n:03}-x"))).collect();
    let (secrets, refused) = Secrets::new(values.clone());
    assert_eq!(refused, []);
    for (name, value) in &values {
        assert_eq!(secrets.redact_str(&format!("<{value}>")), format!("<[secret {name}]>"));
    }
}

#[test]
fn a_million_lines_and_a_line_of_a_megabyte_pass_unchanged() {
    let secrets = secrets(&[("P", "hunter22"), ("Q", "correct horse")]);
    let mut text: Vec<u8> = Vec::new();
    for number in 0..1_000_000 {
        text.extend_from_slice(if number % 7 == 0 { b"hunt\r\n" } else { b"ok\n" });
    }
    text.extend(std::iter::repeat_n(b'c', 1_000_000));
    let mut out = Vec::new();
    let mut redactor = Redactor::new(&secrets);
    for piece in text.chunks(4093) {
        redactor.push(piece, &mut out);
    }
    redactor.finish(&mut out);
    assert!(out == text);
}

/// Where a stream is cut.
fn cut<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

/// Fragments from which secrets come about by chance, also across colours and line ends.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        8 => "[abc]{1,4}".prop_map(String::into_bytes),
        2 => "[abc]{5,9}".prop_map(String::into_bytes),
        1 => prop::sample::select(vec!["\x1b[31m", "\x1b[0m", "\r\n", "\n", "\r", "\x1b]0;", "\x07", "\x1b", "\x1b\\", "\x1b(", "\x18"])
            .prop_map(|escape| escape.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

fn values() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[abc]{4,8}", 1..5)
}

proptest! {
    #[test]
    fn every_secret_goes_and_nothing_else_however_the_stream_is_cut(
        values in values(), stream in stream(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let (secrets, _) = Secrets::new(values.iter().enumerate().map(|(n, value)| (n.to_string(), value)));
        let mut out = Vec::new();
        let mut redactor = Redactor::new(&secrets);
        for piece in cut(&stream, &cuts) {
            redactor.push(piece, &mut out);
        }
        redactor.finish(&mut out);
        let expected = by_definition(&values, &stream);
        prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
    }

    #[test]
    fn a_secret_strewn_with_colours_and_wraps_is_found(
        value in "[a-k]{4,40}", gaps in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec!["\x1b[31m", "\x1b[0m", "\r\n", "\n", "\x1b]8;;x\x1b\\"])), 0..12),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let (secrets, _) = Secrets::new([("N", &value)]);
        let mut strewn = value.clone();
        let mut kept = 0;
        for (place, gap) in &gaps {
            // Between two characters of the value, not inside another gap.
            let places: Vec<usize> = boundaries(&strewn);
            strewn.insert_str(places[place.index(places.len())], gap);
            kept += gap.len();
        }
        let stream = format!("<{strewn}>");
        let mut out = Vec::new();
        let mut redactor = Redactor::new(&secrets);
        for piece in cut(stream.as_bytes(), &cuts) {
            redactor.push(piece, &mut out);
        }
        redactor.finish(&mut out);
        prop_assert_eq!(redactor.count(), 1);
        prop_assert_eq!(out.len(), 2 + "[secret N]".len() + kept);
        prop_assert_eq!(plain::strip(&out).replace('\n', ""), "<[secret N]>");
    }

    #[test]
    fn without_a_secret_the_bytes_are_the_same_whatever_quiet_moments_there_are(
        value in "[abc]{12,16}", stream in stream(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let stream: Vec<u8> = stream.into_iter().filter(|byte| *byte != b'b').collect();
        prop_assume!(value.contains('b'));
        let (secrets, _) = Secrets::new([("N", &value)]);
        let mut out = Vec::new();
        let mut redactor = Redactor::new(&secrets);
        for (number, piece) in cut(&stream, &cuts).into_iter().enumerate() {
            redactor.push(piece, &mut out);
            if number % 2 == 0 {
                redactor.quiet(&mut out);
            }
        }
        redactor.finish(&mut out);
        prop_assert_eq!(out, stream);
    }
}

/// Redaction as it is meant, without a thought for speed: every occurrence of every value, in the bytes and in what is
/// left of them without escape sequences and line ends.
fn by_definition(values: &[String], stream: &[u8]) -> Vec<u8> {
    let mut sequence = Sequence::default();
    let everything: Vec<usize> = (0..stream.len()).collect();
    let bare: Vec<usize> = everything
        .iter()
        .copied()
        .filter(|place| matches!(sequence.step(stream[*place]), Byte::Text | Byte::Broke))
        .filter(|place| !matches!(stream[*place], b'\r' | b'\n'))
        .collect();
    let mut gone = vec![false; stream.len()];
    let mut spans = Vec::new();
    for places in [&everything, &bare] {
        for (name, value) in values.iter().enumerate() {
            for window in places.windows(value.len()) {
                if window.iter().map(|place| stream[*place]).eq(value.bytes()) {
                    for place in window {
                        gone[*place] = true;
                    }
                    spans.push((window[0], std::cmp::Reverse(window[value.len() - 1] + 1), name));
                }
            }
        }
    }
    spans.sort_unstable();
    let (mut out, mut end, mut spans) = (Vec::new(), 0, spans.into_iter().peekable());
    for (place, byte) in stream.iter().enumerate() {
        while let Some((start, until, name)) = spans.next_if(|(start, _, _)| *start == place) {
            if start >= end {
                out.extend_from_slice(format!("[secret {name}]").as_bytes());
            }
            end = end.max(until.0);
        }
        if !gone[place] {
            out.push(*byte);
        }
    }
    out
}

/// Byte positions of `strewn` that stand in text: not inside an escape sequence.
fn boundaries(strewn: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut sequence = Sequence::default();
    for (place, byte) in strewn.bytes().enumerate() {
        if sequence.is_text() {
            places.push(place);
        }
        sequence.step(byte);
    }
    places
}
