//! What a window shows of an output.

use std::io::{Seek as _, SeekFrom, Write as _};

use super::*;
use crate::store::index;
use crate::text::lines::STRIDE;

/// So many lines, each with its number.
pub(in crate::drive) fn numbered(count: u32) -> String {
    (1..=count).fold(String::new(), |text, number| text + &format!("line {number}\n"))
}

fn window(view: View) -> Window {
    Window { view, columns: 30, rows: 4, wrap: true, left: 0 }
}

fn shown(bench: &mut Bench, window: Window) -> super::super::Page {
    bench.drive.send(Job::Show { run: RunNo(1), window });
    bench.wait(|news| match news {
        News::Page(page) if page.complete => Some((**page).clone()),
        _ => None,
    })
}

fn file(bench: &Bench, name: &str, bytes: &[u8]) {
    let folder = bench.session().run(RunNo(1));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

#[test]
fn output_that_moves_has_the_lines_that_were_seen() {
    let mut bench = Bench::new();
    let before: String = numbered(100);
    let bars: String =
        (0..=100).map(|n| format!("pulling one {n}%\npulling two {n}%\n\x1b[2A")).collect::<Vec<_>>().concat();
    output(&bench, 1, format!("{before}{bars}\n\ndone\n").as_bytes());
    let end = shown(&mut bench, window(View::End));
    assert_eq!(texts(&end), ["line 100", "pulling one 100%", "pulling two 100%", "done"]);
    assert_eq!((end.first_line, end.total_lines), (100, 103));
    let middle = shown(&mut bench, window(View::From { line: 99 }));
    assert_eq!(texts(&middle), ["line 99", "line 100", "pulling one 100%", "pulling two 100%"]);
}

#[test]
fn of_a_full_screen_program_nothing_stays() {
    let mut bench = Bench::new();
    output(&bench, 1, b"before\n\x1b[?1049h\x1b[Han editor\x1b[5;5Hits text\x1b[?1049lafter\n");
    let end = shown(&mut bench, window(View::End));
    assert_eq!((texts(&end), end.total_lines), (vec!["before".to_owned(), "after".to_owned()], 2));
}

#[test]
fn what_a_connection_said_first_is_shown_and_its_marks_are_not() {
    let mut bench = Bench::new();
    output(&bench, 1, b"\x1b]7748;calling\x07Enter passphrase: \r\n\x1b]7748;called\x07200\n");
    let end = shown(&mut bench, window(View::End));
    assert_eq!(texts(&end), ["Enter passphrase:", "200"]);
}

#[test]
fn ten_gigabytes_are_shown_at_once_where_their_index_is() {
    let mut bench = Bench::new();
    // Holes: who read them would be busy for long, and would find no line feed.
    let strides = (10 << 30) / STRIDE;
    file(&bench, "output", b"");
    let path = bench.session().run(RunNo(1));
    let mut sparse = std::fs::File::options().write(true).open(path.join("output")).unwrap();
    sparse.seek(SeekFrom::Start(strides * STRIDE)).unwrap();
    sparse.write_all(b"\nlast but one\nlast").unwrap();
    let mut entries = Vec::new();
    for stride in 1..=strides {
        entries.extend_from_slice(&(stride * 1000).to_le_bytes());
        entries.extend_from_slice(&[0; 8]);
    }
    let mut beginning = b"stanch index 1\n\0".to_vec();
    beginning.append(&mut entries);
    file(&bench, "index", &beginning);

    let end = shown(&mut bench, Window { rows: 2, ..window(View::End) });
    assert_eq!((texts(&end), end.unread), (vec!["last but one".to_owned(), "last".to_owned()], 0));
    assert_eq!(end.total_lines, strides * 1000 + 3);
    assert_eq!(end.first_line, end.total_lines - 1);
}

#[test]
fn an_index_that_is_behind_or_tells_of_movements_only_spares_what_it_knows() {
    let mut bench = Bench::new();
    let mut text: String = numbered(40_000);
    text.push_str("a\nb\n\x1b[2Ac\n");
    text.extend((1..=40_000).map(|number| format!("more {number}\n")));
    file(&bench, "output", text.as_bytes());
    let mut writer = index::Writer::begin(&bench.session().run(RunNo(1)).join("index"));
    // The last strides were not written down.
    writer.grew(&text.as_bytes()[..text.len() - 200_000]);
    let end = shown(&mut bench, window(View::End));
    assert_eq!((texts(&end)[3].as_str(), end.total_lines), ("more 40000", 80_001));
    let middle = shown(&mut bench, window(View::From { line: 40_000 }));
    assert_eq!(texts(&middle), ["line 40000", "c", "more 1", "more 2"], "b was written over");
}

#[test]
fn rows_carry_the_time_of_their_line() {
    let mut bench = Bench::new();
    file(&bench, "times", b"5 6\n1200 33\n70000 38\n");
    output(&bench, 1, b"first\na line that is longer ends\nlast\n");
    let page = shown(&mut bench, Window { columns: 20, ..window(View::From { line: 1 }) });
    assert_eq!(texts(&page), ["first", "a line that is longe", "r ends", "last"]);
    assert_eq!(page.times, [Some(5), Some(1200), Some(1200), Some(70_000)]);
    let end = shown(&mut bench, Window { rows: 1, ..window(View::End) });
    assert_eq!(end.times, [Some(70_000)]);
}

#[test]
fn lines_may_be_cut_and_moved_sideways() {
    let mut bench = Bench::new();
    let long = format!("{}\x1b[31mred{}\n", "0123456789".repeat(500), "x".repeat(10));
    output(&bench, 1, format!("{long}10%\r20%\nshort\n").as_bytes());
    let cut = Window { columns: 12, wrap: false, left: 4995, ..window(View::From { line: 1 }) };
    assert_eq!(texts(&shown(&mut bench, Window { left: 0, ..cut })), ["012345678901", "20%", "short"]);
    // No terminal is wider than 4096 columns.
    assert_eq!(texts(&shown(&mut bench, Window { left: 4080, ..cut })), ["012345678901", "", ""]);
    let end = shown(&mut bench, Window { view: View::End, rows: 2, left: 1, ..cut });
    assert_eq!((texts(&end), end.first_line), (vec!["0%".to_owned(), "hort".to_owned()], 2));
}
