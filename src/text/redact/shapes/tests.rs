use proptest::prelude::*;

use super::*;

fn cut(text: &str, sizes: &[usize]) -> (String, u64) {
    let mut stream = Stream::new(&Shapes::known());
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let (piece, more) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
        stream.push(piece, &mut out);
        rest = more;
    }
    stream.finish(&mut out);
    (String::from_utf8(out).unwrap(), stream.count())
}

fn clean(text: &str) -> String {
    let (whole, count) = cut(text, &[usize::MAX]);
    for sizes in [&[1][..], &[2], &[3, 1], &[7], &[1, 40]] {
        assert_eq!(cut(text, sizes), (whole.clone(), count), "in pieces of {sizes:?}");
    }
    whole
}

#[test]
fn shapes_are_found_and_what_stands_before_them_stays() {
    let many = "a1B2".repeat(20);
    let aws = "ABCD1234EFGH5678";
    for (text, expected) in [
        (format!("ghp_{many}"), "ghp_[secret GitHub token]".to_owned()),
        (format!("key {}{aws}, ok", "AKIA"), "key AKIA[secret AWS key id], ok".to_owned()),
        ("PGPASSWORD=hunter2 psql".to_owned(), "PGPASSWORD=[secret password] psql".to_owned()),
        ("PGPASSWORD='two words' psql".to_owned(), "PGPASSWORD='[secret password]' psql".to_owned()),
        ("Server=x;Password=h2;Timeout=3".to_owned(), "Server=x;Password=[secret password];Timeout=3".to_owned()),
        ("postgres://app:s3cr#t@db:5432/x".to_owned(), "postgres://app:[secret password]@db:5432/x".to_owned()),
        ("amqp://u:p@ss@host/".to_owned(), "amqp://u:[secret password]@host/".to_owned()),
        ("Authorization: Bearer abc.def".to_owned(), "Authorization: Bearer [secret token]".to_owned()),
        (r#"{"password": "p w","x":1}"#.to_owned(), r#"{"password": "[secret password]","x":1}"#.to_owned()),
        ("AWS_SECRET_ACCESS_KEY=a/b+c\n".to_owned(), "AWS_SECRET_ACCESS_KEY=[secret secret]\n".to_owned()),
        (format!("eyJ{many}.eyJ{many}.sig-_1 end"), "eyJ[secret web token] end".to_owned()),
    ] {
        assert_eq!(clean(&text), expected);
    }
}

#[test]
fn a_private_key_leaves_its_lines_and_no_letter_of_it() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEow+/=\nAAAA\n-----END RSA PRIVATE KEY-----\nafter\n";
    let expected =
        "-----BEGIN RSA PRIVATE KEY-----[secret private key]\n\n\n\n\n-----END RSA PRIVATE KEY-----\nafter\n";
    assert_eq!(clean(key), expected);
    let pasted = "a -----BEGIN PRIVATE KEY----- MIIEowIBAAKCAQEAlYqDLlQ4T08b AAAA -----END PRIVATE KEY----- b";
    assert_eq!(clean(pasted), "a -----BEGIN PRIVATE KEY-----[secret private key]-END PRIVATE KEY----- b");
    let cut_off = "-----BEGIN PRIVATE KEY-----\nMIIEow\nAAAA";
    assert_eq!(clean(cut_off), "-----BEGIN PRIVATE KEY-----[secret private key]\n\n");
}

#[test]
fn what_only_looks_alike_stays() {
    for text in [
        "http://localhost:8080/x",
        "http://localhost:8080",
        "ssh://git@host:22/x",
        "https://h/a:b@c",
        "PGPASSWORD=$PASSWORD psql",
        "PGPASSWORD=\"$PW\"",
        "password=[secret PASSWORD]",
        "password= x",
        "the bearer of this",
        "ghp_short",
        "xAKIAABCD1234EFGH5678",
        "password for x:",
        "eyJub3QiOiJhIHRva2VuIn0",
        "grep 'BEGIN PRIVATE KEY-----' f",
        "postgres://$USER:$PASSWORD@db/x",
        r#""password": null"#,
        "user:pass@host",
        "sk-",
        "-----BEGIN CERTIFICATE-----\nMIIE\n",
    ] {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn colours_and_wraps_are_seen_through() {
    let many = "a1B2".repeat(9);
    let (one, other) = many.split_at(11);
    assert_eq!(
        clean(&format!("\x1b[1mgh\x1b[0mp_{one}\x1b[31m{other}\x1b[0m!")),
        "\x1b[1mgh\x1b[0mp_[secret GitHub token]\x1b[31m\x1b[0m!"
    );
    assert_eq!(clean(&format!("ghp_{one}\r\n{other}\r\nnext")), "ghp_[secret GitHub token]\r\n\r\nnext");
    assert_eq!(clean("x://u:a\x1b[1mb@h"), "x://u:[secret password]\x1b[1m@h");
}

#[test]
fn a_prompt_is_seen_at_once_and_what_was_seen_of_an_anchor_counts() {
    for prompt in [
        "Password: ",
        "bob@host's passw",
        "Continue? [y/N] ",
        "http://",
        "http://host",
        "[sudo] password for nova: ",
        "Go to http://h:80",
    ] {
        let mut stream = Stream::new(&Shapes::known());
        let mut out = Vec::new();
        stream.push(prompt.as_bytes(), &mut out);
        stream.quiet(&mut out);
        assert_eq!(String::from_utf8(out.clone()).unwrap(), prompt);
        stream.push(b"ord=hunter2 next", &mut out);
        stream.finish(&mut out);
        let told = String::from_utf8(out).unwrap();
        assert_eq!(told.contains("hunter2"), prompt != "bob@host's passw", "{told}");
    }
    // More than a few bytes of what may be a secret wait.
    let mut stream = Stream::new(&Shapes::known());
    let mut out = Vec::new();
    stream.push(b"x://user:hunter", &mut out);
    stream.quiet(&mut out);
    assert_eq!(out, b"x://user:");
    stream.push(b"2@host", &mut out);
    stream.finish(&mut out);
    assert_eq!(out, b"x://user:[secret password]@host");
}

#[test]
fn an_operator_can_add_shapes() {
    let extra = |name: &str, after: &str, least| Extra { name: name.to_owned(), after: after.to_owned(), least };
    let shapes =
        Shapes::new(&[extra("acme", "acme_", Some(8)), extra("door", "DOOR CODE: ", None), extra("none", "", None)]);
    let mut stream = Stream::new(&shapes);
    let mut out = Vec::new();
    stream.push(b"acme_12345678 acme_1 DOOR CODE: 4711 password=x", &mut out);
    stream.finish(&mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "acme_[secret acme] acme_1 DOOR CODE: [secret door] password=[secret password]"
    );
}

#[test]
fn every_anchor_has_a_hint_that_finds_it() {
    let shapes = Shapes::known();
    assert!(shapes.0.hints.is_some(), "there are too many hints to be looked for at once");
    for shape in &shapes.0.shapes {
        let as_written = |anchor: &[u8]| [b"- ", anchor, b" x"].concat();
        let mut anchors = vec![as_written(&shape.anchor)];
        if shape.kind.ignores_case() && shape.anchor.ends_with(b"=") {
            anchors.push(as_written(&shape.anchor.to_ascii_uppercase()));
        }
        for text in anchors {
            assert_eq!(
                shapes.find(&text, 0).map(|(_, _, end)| end),
                Some(text.len() - 2),
                "{}",
                String::from_utf8_lossy(&text)
            );
        }
    }
}

#[test]
fn an_anchor_that_overlaps_the_end_of_another_word_is_found_however_it_is_cut() {
    // `AKIA` is none in the middle of a word, and its last letter begins a name; the escape sequence is seen by nobody.
    assert_eq!(clean("aAKIApi_key=\"value-of-it\"\n"), "aAKIApi_key=\"[secret key]\"\n");
    assert_eq!(clean("aAKIA\x1bapi_key=\"value-of-it\"\n"), "aAKIA\x1bapi_key=\"[secret key]\"\n");
}

proptest! {
    #[test]
    fn hints_find_what_a_look_at_every_byte_does(
        parts in prop::collection::vec(prop_oneof![
            "[a-zA-Z0-9 =:_-]{0,40}",
            prop::sample::select(BUILT_IN.iter().map(|(_, anchor, _)| (*anchor).to_owned()).collect::<Vec<_>>()),
        ], 0..10),
    ) {
        let text = parts.concat();
        let shapes = Shapes::known();
        let plainly = shapes.within(text.as_bytes(), 0, text.len()).map(|(_, start, end)| (start, end));
        let by_hints = shapes.find(text.as_bytes(), 0).map(|(_, start, end)| (start, end));
        // Letters in any other mixture of small and capital ones are not looked for.
        let odd = plainly.is_some_and(|(start, end)| {
            let found = &text[start..end];
            !BUILT_IN.iter().any(|(_, anchor, _)| *anchor == found || anchor.to_ascii_uppercase() == found)
        });
        prop_assert!(odd || by_hints == plainly, "{text:?}: {by_hints:?}, {plainly:?}");
    }

    #[test]
    fn it_comes_out_the_same_however_it_is_cut(
        parts in prop::collection::vec(prop_oneof![
            "[a-zA-Z0-9 :/@=\"'\n-]{0,12}",
            prop::sample::select(BUILT_IN.iter().map(|(_, anchor, _)| (*anchor).to_owned()).collect::<Vec<_>>()),
            "[a-zA-Z0-9]{30,50}",
            prop::sample::select(vec!["\x1b[31m", "\x1b]0;t\x07", "\r\n", "-----", "\x1b"]).prop_map(str::to_owned),
        ], 0..12),
        sizes in prop::collection::vec(1_usize..9, 1..6),
    ) {
        let text = parts.concat();
        prop_assert_eq!(cut(&text, &sizes), cut(&text, &[usize::MAX]));
    }

    #[test]
    fn without_an_anchor_nothing_is_touched(text in "[ -9;-@B-Z\\[-`c-eg-oq-z\n\x1b]{0,200}") {
        let (told, count) = cut(&text, &[5]);
        prop_assert_eq!(count == 0, told == text);
    }
}
