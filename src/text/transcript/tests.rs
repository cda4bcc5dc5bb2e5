use proptest::prelude::*;

use super::*;
use crate::text::styled::{Line, render};

/// An output or a spool in memory.
#[derive(Clone, Default)]
struct Memory(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

impl Bytes for Memory {
    fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let place = |offset: u64| usize::try_from(offset).unwrap().min(self.0.borrow().len());
        Ok(self.0.borrow()[place(from)..place(to)].to_vec())
    }
}

impl Spool for Memory {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
}

/// What was seen of an output on a terminal of 20 columns and 5 rows.
struct Seen {
    raw: Memory,
    transcript: Transcript<Memory, Memory>,
}

impl Seen {
    fn new(calm: u64) -> Self {
        let raw = Memory::default();
        let mut transcript = Transcript::new(raw.clone(), Memory::default(), (20, 5), false);
        transcript.calm = calm;
        Self { raw, transcript }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.raw.0.borrow_mut().extend_from_slice(bytes);
        self.transcript.push(bytes).unwrap();
    }

    /// All of it, however it is cut, with the terminal given up after so many plain bytes.
    fn of(output: &[u8], size: usize, calm: u64) -> Self {
        let mut seen = Self::new(calm);
        output.chunks(size).for_each(|piece| seen.push(piece));
        seen
    }

    fn count(&self) -> u64 {
        self.transcript.text().with_living().lines().unwrap()
    }

    /// A line, from 1, found as a window would.
    fn line(&self, number: u64) -> String {
        let text = self.transcript.text().with_living();
        let part = text.part(text.after(number - 1).unwrap(), text.after(number).unwrap()).unwrap();
        render(&part, 200, 10).iter().map(Line::text).collect()
    }

    fn lines(&self) -> Vec<String> {
        (1..=self.count()).map(|number| self.line(number)).collect()
    }

    fn pieces(&self) -> usize {
        let text = self.transcript.text();
        self.transcript.pieces.between(0, text.len()).count()
    }
}

fn lines(output: &str) -> Vec<String> {
    Seen::of(output.as_bytes(), 4096, 10).lines()
}

#[test]
fn output_that_does_not_move_is_its_own_text() {
    let output = "\x1b[31mred\x1b[m\nplain\r\nhalf a line";
    let seen = Seen::of(output.as_bytes(), 3, 10);
    assert_eq!(seen.lines(), ["red", "plain", "half a line"]);
    let text = seen.transcript.text();
    assert_eq!(text.part(0, text.len()).unwrap(), output.as_bytes());
    assert!(seen.transcript.screen().is_none());
}

#[test]
fn bars_that_go_up_again_are_lines_that_changed() {
    let bars: String = (0..=100).map(|n| format!("one {n}%\ntwo {n}%\n\x1b[2A")).collect::<Vec<_>>().concat();
    assert_eq!(lines(&format!("begin\n{bars}\n\nend\n")), ["begin", "one 100%", "two 100%", "end"]);
}

#[test]
fn a_terminal_is_needed_only_where_the_output_moves() {
    let plain: String = (0..100).map(|n| format!("line {n}\n")).collect::<Vec<_>>().concat();
    let output = format!("{plain}a\n\x1b[Ab\n{plain}{plain}c\n\x1b[Ad\n{plain}");
    let seen = Seen::of(output.as_bytes(), 64, 60);
    assert!(seen.transcript.screen().is_none());
    assert_eq!(seen.pieces(), 5, "plain, moving, plain, moving, plain");
    let lines = seen.lines();
    assert_eq!((lines.len(), lines[100].as_str(), lines[301].as_str()), (402, "b", "d"));
    assert!(seen.transcript.spool_index.bytes() < 1000, "what is plain is not copied");
}

#[test]
fn a_screen_that_is_cleared_was_seen() {
    let frames = (1..=3).map(|n| format!("\x1b[H\x1b[2J\x1b[3Jframe {n}\nits end\n")).collect::<Vec<_>>().concat();
    assert_eq!(lines(&frames), ["frame 1", "its end", "frame 2", "its end", "frame 3", "its end"]);
}

#[test]
fn full_screen_programs_leave_no_trace() {
    let editor = "\x1b[?1049h\x1b[H1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\x1b[2J\x1b[?1049l";
    assert_eq!(lines(&format!("before\n{editor}after\n")), ["before", "after"]);
    // Killed before it could clean up.
    let mut seen = Seen::of(b"before\n\x1b[?1049h\x1b[Hin the middle", 5, 10);
    seen.transcript.finish().unwrap();
    assert_eq!(seen.lines(), ["before"]);
}

#[test]
fn a_movement_that_begins_in_what_was_passed_over_is_seen() {
    let stride = usize::try_from(crate::text::lines::STRIDE).unwrap();
    let mut output = "0123456\n".repeat(stride / 8).into_bytes();
    output.truncate(stride - 2);
    output.extend_from_slice(b"\x1b[2Aup\n");
    let mut seen = Seen::new(10);
    seen.raw.0.borrow_mut().extend_from_slice(&output);
    assert!(seen.transcript.may_pass());
    seen.transcript.pass(stride as u64 / 8 - 1);
    seen.transcript.passed().unwrap();
    seen.transcript.push(&output[stride..]).unwrap();
    let last = stride as u64 / 8;
    assert_eq!(
        (seen.count(), seen.line(last - 2), seen.line(last - 1)),
        (last, "012345up".to_owned(), "0123456".to_owned())
    );
}

#[test]
fn it_is_known_when_a_line_came() {
    let mut seen = Seen::new(u64::MAX);
    seen.push(b"plain\n\x1b[A");
    for second in 1..=20 {
        seen.transcript.at(second * 1000);
        seen.push(format!("at {second}\n").as_bytes());
    }
    let text = seen.transcript.text();
    let came = |line: u64| text.came(text.after(line).unwrap(), line);
    // What scrolled out with the line at 20 s: the terminal has five rows.
    assert_eq!(came(14), Some(Came::At(19_000)));
    assert_eq!(came(18), None);
    let plain = Seen::of(b"one\ntwo\n", 100, 10);
    assert_eq!(plain.transcript.text().came(4, 1), Some(Came::With(4)));
}

fn output() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        6 => "[a-z]{0,30}\n",
        2 => "[a-z]{0,8}",
        1 => prop::sample::select(vec![
            "\x1b[A", "\x1b[2A", "\x1b[B", "\x1b[H", "\x1b[2J", "\x1b[H\x1b[2J", "\r", "\x1b[?1049h", "\x1b[?1049hx\ny\x1b[?1049l",
            "\x1b[K", "\x1bM", "\x1b[2;4r", "\x1b[r", "\x1b[L", "\x1b"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(fragment, 0..80).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 1000, ..ProptestConfig::default() })]
    #[test]
    fn a_terminal_that_is_given_up_now_and_then_shows_the_same_as_one_that_stays(
        output in output(), size in 1usize..40,
    ) {
        let stays = Seen::of(output.as_bytes(), 4096, u64::MAX);
        let given_up = Seen::of(output.as_bytes(), size, 1);
        // An escape alone is no line to a terminal, but a line begun in a file.
        let seen = |seen: Seen| seen.lines().join("\n").trim_end_matches('\n').to_owned();
        prop_assert_eq!(seen(stays), seen(given_up));
    }

    #[test]
    fn all_lines_together_are_the_text(output in output(), size in 1usize..40) {
        let seen = Seen::of(output.as_bytes(), size, 1);
        let text = seen.transcript.text().with_living();
        let whole = text.part(0, text.len()).unwrap();
        prop_assert_eq!(whole.len() as u64, text.len());
        prop_assert_eq!(memchr::memchr_iter(b'\n', &whole).count() as u64, text.newlines());
        let mut from = 0;
        for number in 1..=text.newlines() {
            let to = text.after(number).unwrap();
            prop_assert_eq!(text.before(to).unwrap(), number.min(text.newlines()));
            prop_assert_eq!(text.before(to.saturating_sub(1)).unwrap(), number.min(text.newlines()).saturating_sub(1));
            let line = &whole[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
            prop_assert_eq!(memchr::memchr_iter(b'\n', line).count(), 1);
            prop_assert_eq!(line.last(), Some(&b'\n'));
            from = to;
        }
    }
}
