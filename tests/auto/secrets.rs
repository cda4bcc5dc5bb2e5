//! Thousands of random secrets by every way in, and none of them in any file.

use std::fmt::Write as _;

use aho_corasick::AhoCorasick;

use crate::stage::Stage;

/// How many are printed.
const MANY: usize = 10_000;

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn text(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|_| char::from(LETTERS[usize::try_from(self.below(62)).unwrap()])).collect()
    }

    /// A secret, and a line that it stands in.
    fn seed(&mut self) -> (String, String) {
        let secret = self.text(40);
        let line = match self.below(10) {
            0 => format!("token ghp_{secret} of a bot"),
            1 => format!("PGPASSWORD={secret} psql -h db"),
            2 => format!("connecting to postgres://app:{secret}@db:5432/x"),
            3 => format!("> Authorization: Bearer {secret}"),
            4 => format!("Server=db;User=sa;Password={secret};Timeout=3"),
            5 => format!("{{\"user\": \"x\", \"password\": \"{secret}\"}}"),
            6 => format!("export AWS_SECRET_ACCESS_KEY='{secret}'"),
            7 => format!("\u{1b}[33mglpat-{}\u{1b}[1m{}\u{1b}[0m", &secret[..20], &secret[20..]),
            8 => format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----"),
            _ => format!("xoxb-{}\n", &secret),
        };
        (secret, line)
    }
}

/// Fails where one of these, or most of it, stands in a file of the data folder.
fn assert_none(stage: &Stage, secrets: &[String]) {
    let parts: Vec<&str> = secrets.iter().flat_map(|secret| [&secret[..18], &secret[20..38]]).collect();
    let finder = AhoCorasick::new(&parts).unwrap();
    let mut folders = vec![stage.home.data()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                files += 1;
                let bytes = std::fs::read(&path).unwrap();
                if let Some(found) = finder.find(&bytes) {
                    let around = &bytes[found.start().saturating_sub(60)..(found.end() + 30).min(bytes.len())];
                    panic!("in {}: {:?}", path.display(), String::from_utf8_lossy(around));
                }
            }
        }
    }
    assert!(files > 20, "only {files} files were looked through");
}

#[test]
fn no_secret_is_in_any_file_by_whatever_way_it_came() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let (secrets, lines): (Vec<String>, Vec<String>) = (0..MANY).map(|_| dice.seed()).unzip();
    let declared = dice.text(40);
    let stage = Stage::with(
        "{stanch: 1, title: T, vars: {WORD: {secret: true}}, diagnose: {steps: [\
         {id: pty, title: A, run: cat printed},\
         {id: pipe, title: B, mode: pipe, run: cat printed; echo \"$WORD\"},\
         {id: carried, title: C, run: 'export KEPT=\"$WORD\"; mkdir -p \"d-$WORD\"; cd \"d-$WORD\"; pwd'},\
         {id: sign, title: D, run: 'tail -n 3 ../printed', signs: [{match: '(?<SEEN>\\w+ .*)', finding: 'saw $SEEN'}]},\
         {id: red, title: E, run: 'head -n 2 ../printed; echo \"$WORD\"; exit 3', expect: {equals: nothing}},\
         {id: late, title: F, run: '(sleep 0.2; cat ../printed; echo \"$WORD\") & echo begun'},\
         {id: last, title: G, run: 'sleep 0.4; echo done'}]}}",
    );
    let mut text = String::new();
    for line in &lines {
        writeln!(text, "{line}").unwrap();
    }
    stage.write("printed", &text);
    let alert = serde_json::json!({
        "version": "4", "status": "firing", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "",
        "receiver": "x", "groupKey": "k",
        "alerts": [{"status": "firing", "labels": {"alertname": "Down"}, "startsAt": "2022-04-30T19:00:00Z", "fingerprint": "f",
            "annotations": {"summary": lines[0], "description": lines[1]}}],
    });
    stage.write("alert.json", &alert.to_string());
    let mut command = stage.command(&["run", "book", "--auto", "--alert", "alert.json"]);
    command.env("STANCH_VAR_WORD", &declared);
    let said = stage.end(command.spawn().unwrap());
    assert!(matches!(said.code, Some(0 | 1 | 5)), "{:#?}\n{}", said.lines, said.err);
    for line in &lines[2..12] {
        let text = format!("seen {}", line.replace('\n', " "));
        stage.stanch(&["note", "last", &text]).expect_code(0);
    }
    assert!(stage.entries().len() > 25, "{:#?}", said.lines);
    let mut all = secrets;
    all.push(declared);
    assert_none(&stage, &all);
    // What goes on: an export, and what it is made of.
    for format in ["markdown", "html", "json", "cast"] {
        let told = stage.stanch(&["export", "last", "--format", format]);
        told.expect_code(0);
        let finder = AhoCorasick::new(all.iter().map(|secret| &secret[..18])).unwrap();
        assert!(finder.find(&told.out).is_none(), "{format}");
    }
}
