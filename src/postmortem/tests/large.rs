//! A session of a hundred thousand entries.

use super::fixture::{Journal, Ran};
use super::hostile::assert_rectangular;

#[test]
#[ignore = "a measurement: run it by name, in release"]
fn a_hundred_thousand_entries() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Large", &["web"]);
    let start = journal.time("08:00:00");
    for number in 0..33_333_i64 {
        let at = start + chrono::TimeDelta::seconds(number);
        journal.day(&at.format("%F").to_string());
        let clock = at.format("%T").to_string();
        let run = Ran::own("curl -fsS http://127.0.0.1:3000/health | grep ok").printed("ok\n");
        let change = number % 3 == 0;
        journal.run(&clock, if change { run } else { run.reading() });
        let note = crate::session::event::Event::Note {
            tag: crate::session::event::Tag::Plain,
            text: "it's | still *there*".to_owned(),
        };
        journal.add(&clock, note);
    }
    let begun = std::time::Instant::now();
    let document = journal.document(None);
    let built = begun.elapsed();
    let begun = std::time::Instant::now();
    let text = crate::postmortem::markdown::render(&document);
    let rendered = begun.elapsed();
    println!("{} entries: document {built:?}, Markdown {rendered:?}, {} bytes", journal.entries.len(), text.len());
    assert_rectangular(&text, "large");
}
