//! A whole drive in this process, on a disk that fails on demand. No lane is opened here: what runs commands is in `tests/auto`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

use super::{Drive, Job, News, Role, Setup, View, Window};
use crate::runbook::{Effect, Mode, Shell, StopSignal};
use crate::session::event::{Event, RunEnded, RunStarted, Tag, Verdict};
use crate::session::run::{Exit, LaneKey, LaneNo, Purpose, RunEnd, RunNo, RunSpec};
use crate::session::state::State;
use crate::session::walk::{Happening, Order, Secret};
use crate::store::clock::{Clock, System};
use crate::store::faulty::{Faulty, Switch};
use crate::store::journal::{self, Journal};
use crate::store::session::SessionDir;
use crate::text::redact::Shapes;

pub(super) mod pages;
mod search;
mod shells;
mod unrecorded;

/// Longer than anything here may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct Bench {
    folder: tempfile::TempDir,
    drive: Drive,
    news: Receiver<News>,
    switch: Switch,
}

impl Bench {
    fn new() -> Self {
        Self::with(Role::Follower { driver: "nobody".to_owned() }, false)
    }

    /// `follows` says whether the role is meant: the lock of a driver is not what is looked at here.
    fn with(role: Role, follows: bool) -> Self {
        Self::after(role, follows, &[])
    }

    /// With these events in the journal already.
    fn after(role: Role, follows: bool, events: &[Event]) -> Self {
        Self::prepared(role, follows, events, |_| ())
    }

    /// In a folder that was prepared.
    fn prepared(role: Role, follows: bool, events: &[Event], prepare: impl Fn(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let session = SessionDir::at(folder.path());
        let clock: Arc<dyn Clock> = Arc::new(System);
        let mut earlier = Journal::create(&session.journal(), "nova@alice", Arc::clone(&clock)).unwrap();
        for event in events {
            earlier.append(&event.clone().into()).unwrap();
        }
        let switch = Switch::default();
        let disk = Faulty::open(&session.journal(), &switch).unwrap();
        let (journal, entries) =
            Journal::with_storage(&session.journal(), "nova@alice", Arc::clone(&clock), Box::new(disk)).unwrap();
        let role = if follows {
            role
        } else {
            Role::Driver(crate::store::lock::Driver::try_take(&session, "nova@alice", clock.now()).unwrap())
        };
        // Whoever is started as supervisor here dies at once: no test of these may need one.
        let program = Some("/bin/false".into());
        let (drive, news) = Drive::start(Setup {
            session,
            standby: Vec::new(),
            runbook: None,
            role,
            journal,
            state: State::replay(&entries),
            clock,
            directory: None,
            environment: None,
            program,
            hook: Ok(None),
            shapes: Shapes::known(),
            remark: None,
        })
        .unwrap();
        Self { folder, drive, news, switch }
    }

    fn order(&self, order: Order) {
        self.drive.send(Job::Order(order));
    }

    fn record(&self, event: Event) {
        self.order(Order::record(event));
    }

    /// The next news of this kind; what comes before it is passed over.
    fn wait<T>(&mut self, pick: impl Fn(&News) -> Option<T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let mut heard = Vec::new();
        loop {
            let next = runtime.block_on(async { tokio::time::timeout(PATIENCE, self.news.recv()).await });
            let Ok(Some(news)) = next else { panic!("waited in vain; heard {heard:#?}") };
            if let Some(picked) = pick(&news) {
                return picked;
            }
            heard.push(news);
        }
    }

    fn recorded(&mut self) -> Event {
        self.wait(|news| match news {
            News::Walk(Happening::Recorded(entry)) => Some(entry.event.clone()),
            _ => None,
        })
    }

    fn session(&self) -> SessionDir {
        SessionDir::at(self.folder.path())
    }

    fn events(&self) -> Vec<Event> {
        let read = journal::read(&self.session().journal()).unwrap();
        read.entries.into_iter().map(|entry| entry.event).collect()
    }
}

fn note(text: &str) -> Event {
    Event::Note { tag: Tag::Plain, text: text.to_owned() }
}

fn started(run: u32) -> Event {
    Event::RunStarted(Box::new(RunStarted {
        run: RunNo(run),
        lane: LaneNo(1),
        purpose: Purpose::AdHoc,
        command: "true".into(),
        edited: false,
        shell: Shell::Sh,
        mode: Mode::Pty,
        effect: Effect::Change,
        confirmed: true,
        user: None,
        host: None,
        cwd: None,
        values: Vec::new(),
    }))
}

fn ended(run: u32) -> Event {
    let end = RunEnd {
        exit: Exit::Code(0),
        stopped: None,
        took_ms: 1,
        bytes: 0,
        lines: 0,
        sha256: String::new(),
        dropped: 0,
        redacted: 0,
        carried: true,
        left_behind: 0,
    };
    Event::RunEnded(Box::new(RunEnded {
        run: RunNo(run),
        end,
        verdict: Verdict::Healthy,
        unseen: false,
        flags: Vec::new(),
    }))
}

fn spec(run: u32) -> RunSpec {
    RunSpec {
        run: RunNo(run),
        lane: LaneNo(1),
        purpose: Purpose::AdHoc,
        command: "true".into(),
        shell: Shell::Sh,
        strict: false,
        mode: Mode::Pty,
        effect: Effect::Change,
        cwd: None,
        env: Vec::new(),
        secrets: Vec::new(),
        width: 240,
        timeout_ms: None,
        stop_signal: StopSignal::Term,
        stop_grace_ms: 1000,
        as_before: None,
        secret_output: false,
        detach: false,
    }
}

fn lane(key: LaneKey) -> Event {
    Event::LaneOpened { lane: LaneNo(1), key }
}

fn here() -> LaneKey {
    LaneKey { host: None, target: None, user: None, beside: None }
}

#[test]
fn what_the_disk_does_not_take_is_kept_in_order_and_written_when_it_heals() {
    let mut bench = Bench::new();
    bench.record(note("before"));
    assert_eq!(bench.recorded(), note("before"));
    bench.switch.get().room = Some(10);
    bench.record(note("one"));
    let (error, kept) = bench.wait(|news| match news {
        News::JournalTrouble { error, kept } => Some((error.clone(), *kept)),
        _ => None,
    });
    assert!(error.contains("could not append"), "{error}");
    assert_eq!(kept, 1);
    bench.record(note("two"));
    bench.wait(|news| matches!(news, News::JournalTrouble { kept: 2, .. }).then_some(()));
    assert_eq!(bench.events(), [note("before")]);

    // Nobody asks for it again: the clock does.
    bench.switch.get().room = None;
    assert_eq!(bench.recorded(), note("one"));
    assert_eq!(bench.recorded(), note("two"));
    bench.wait(|news| matches!(news, News::JournalHealed).then_some(()));
    assert_eq!(bench.events(), [note("before"), note("one"), note("two")]);
}

#[test]
fn a_failed_sync_is_no_record_until_it_was_written_anew() {
    let mut bench = Bench::new();
    bench.switch.get().sync = true;
    bench.record(note("one"));
    bench.wait(|news| matches!(news, News::JournalTrouble { kept: 1, .. }).then_some(()));
    bench.switch.get().sync = false;
    bench.record(note("two"));
    assert_eq!((bench.recorded(), bench.recorded()), (note("one"), note("two")));
    assert_eq!(bench.events(), [note("one"), note("two")]);
}

#[test]
fn nothing_is_started_while_its_record_is_not_on_disk_nor_later() {
    let mut bench = Bench::new();
    bench.record(lane(here()));
    bench.recorded();
    bench.switch.get().room = Some(0);
    bench.drive.send(Job::Orders(vec![Order::record(started(1)), Order::Start(Box::new(spec(1)))]));
    let trouble = bench.wait(|news| match news {
        News::Trouble(what) => Some(what.clone()),
        _ => None,
    });
    assert!(trouble.contains("run 0001 was not started"), "{trouble}");
    bench.switch.get().room = None;
    assert_eq!(bench.recorded(), started(1));
    let exit = bench.wait(|news| match news {
        News::Walk(Happening::RunOver(over)) => Some(over.end.exit.clone()),
        _ => None,
    });
    assert!(matches!(exit, Exit::NotStarted(_)), "{exit:?}");
    assert!(!bench.folder.path().join("runs").exists() && !bench.folder.path().join("lanes").exists());
}

#[test]
fn a_lane_that_cannot_be_opened_is_a_run_that_did_not_start() {
    let mut bench = Bench::new();
    let elsewhere = LaneKey { host: Some("db".into()), target: Some("ssh://db1".into()), ..here() };
    bench.record(lane(elsewhere));
    bench.drive.send(Job::Orders(vec![Order::record(started(1)), Order::Start(Box::new(spec(1)))]));
    let exit = bench.wait(|news| match news {
        News::Walk(Happening::RunOver(over)) => Some(over.end.exit.clone()),
        _ => None,
    });
    let Exit::NotStarted(why) = exit else { panic!("{exit:?}") };
    // The program here is no supervisor.
    assert!(why.contains("could not start the lane's supervisor"), "{why}");
}

#[test]
fn a_run_whose_supervisor_is_dead_and_cannot_be_replaced_is_lost_and_not_waited_for() {
    let nobody = Role::Follower { driver: "nobody".to_owned() };
    let mut bench = Bench::after(nobody, false, &[lane(here()), started(1)]);
    let lost = bench.wait(|news| match news {
        News::Walk(Happening::RunLost(run)) => Some(*run),
        _ => None,
    });
    assert_eq!(lost, RunNo(1));
}

#[test]
fn a_remembered_secret_reaches_no_text_of_the_journal() {
    let mut bench = Bench::new();
    bench.order(Order::Remember { name: "PASSWORD".into(), value: Secret::new("hunter2222") });
    bench.record(note("it is hunter2222"));
    assert_eq!(bench.recorded(), note("it is [secret PASSWORD]"));
    let text = std::fs::read_to_string(bench.session().journal()).unwrap();
    assert!(!text.contains("hunter2222"), "{text}");
}

#[test]
fn a_wait_is_over_after_its_time() {
    let mut bench = Bench::new();
    bench.order(Order::Wait { step: "up".into(), ms: 5 });
    let step = bench.wait(|news| match news {
        News::Walk(Happening::Waited(step)) => Some(step.clone()),
        _ => None,
    });
    assert_eq!(step, "up");
}

#[test]
fn what_another_scribe_writes_is_told() {
    let mut bench = Bench::new();
    let (mut other, _) = Journal::open(&bench.session().journal(), "quinn@bob", Arc::new(System)).unwrap();
    other.append(&note("from elsewhere").into()).unwrap();
    assert_eq!(bench.recorded(), note("from elsewhere"));
}

#[test]
fn a_follower_adds_notes_and_nothing_else() {
    let mut bench = Bench::with(Role::Follower { driver: "nova@alice".to_owned() }, true);
    bench.record(started(1));
    bench.wait(|news| matches!(news, News::Trouble(what) if what.contains("somebody else drives")).then_some(()));
    bench.record(note("from a follower"));
    assert_eq!(bench.recorded(), note("from a follower"));
    assert_eq!(bench.events(), [note("from a follower")]);
}

#[test]
fn what_was_kept_is_tried_once_more_when_the_screen_leaves() {
    let mut bench = Bench::new();
    bench.switch.get().room = Some(0);
    bench.record(note("one"));
    bench.wait(|news| matches!(news, News::JournalTrouble { .. }).then_some(()));
    bench.switch.get().room = None;
    let Bench { folder, drive, news, .. } = bench;
    drop(drive);
    drop(news);
    let read = journal::read(&SessionDir::at(folder.path()).journal()).unwrap();
    assert_eq!(read.entries.len(), 1);
}

/// The page that is shown when it shows everything there is.
fn page(bench: &mut Bench, run: u32, view: View, columns: u16, rows: u16) -> super::Page {
    bench.drive.send(Job::Show { run: RunNo(run), window: Window { view, columns, rows, wrap: true, left: 0 } });
    bench.wait(|news| match news {
        News::Page(page) if page.complete => Some((**page).clone()),
        _ => None,
    })
}

fn texts(page: &super::Page) -> Vec<String> {
    page.lines.iter().map(|line| line.text().trim_end().to_owned()).collect()
}

fn output(bench: &Bench, run: u32, bytes: &[u8]) {
    let folder = bench.session().run(RunNo(run));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("output"), bytes).unwrap();
}

#[test]
fn an_old_run_is_shown_from_its_end_and_from_any_line() {
    let mut bench = Bench::new();
    let mut lines = (1..=100_000).map(|number| format!("line {number}")).collect::<Vec<_>>().join("\n");
    lines.push('\n');
    output(&bench, 1, lines.as_bytes());
    let end = page(&mut bench, 1, View::End, 80, 3);
    assert_eq!(texts(&end), ["line 99998", "line 99999", "line 100000"]);
    assert_eq!((end.first_line, end.total_lines, end.total_bytes), (99_998, 100_000, lines.len() as u64));
    let middle = page(&mut bench, 1, View::From { line: 50_000 }, 80, 2);
    assert_eq!((middle.first_line, texts(&middle)), (50_000, vec!["line 50000".to_owned(), "line 50001".to_owned()]));
    let beyond = page(&mut bench, 1, View::From { line: 200_000 }, 80, 2);
    assert_eq!((beyond.first_line, texts(&beyond)), (100_000, vec!["line 100000".to_owned()]));
}

#[test]
fn long_lines_take_several_rows_and_are_counted_once() {
    let mut bench = Bench::new();
    output(&bench, 1, b"first\naaaaabbbbbccccc\nlast");
    let end = page(&mut bench, 1, View::End, 5, 3);
    assert_eq!((end.first_line, texts(&end)), (2, vec!["bbbbb".to_owned(), "ccccc".to_owned(), "last".to_owned()]));
    assert_eq!(end.total_lines, 3);
    let from = page(&mut bench, 1, View::From { line: 2 }, 5, 2);
    assert_eq!((from.first_line, texts(&from)), (2, vec!["aaaaa".to_owned(), "bbbbb".to_owned()]));
}

#[test]
fn nothing_at_all_is_an_empty_page() {
    let mut bench = Bench::new();
    let none = page(&mut bench, 7, View::End, 80, 3);
    assert_eq!((none.first_line, none.total_lines, none.total_bytes), (0, 0, 0));
    output(&bench, 1, &vec![b'x'; 3 << 20]);
    let endless = page(&mut bench, 1, View::End, 80, 4);
    assert_eq!((endless.first_line, endless.lines.len(), endless.total_lines), (1, 4, 1));
}

/// Waits for something that no news tells of.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(std::time::Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_screen_that_does_not_listen_keeps_nothing_from_the_journal() {
    let bench = Bench::new();
    for number in 0..400 {
        bench.record(note(&format!("note {number}")));
    }
    until("the last entry", || bench.events().len() == 400);
}

/// Whether this process has a thread of this name.
fn is_thread(name: &str) -> bool {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks.flatten().any(|task| std::fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim() == name))
}

#[test]
fn a_follower_reads_no_run_on_that_is_over() {
    let mut bench = Bench::with(Role::Follower { driver: "nova@alice".to_owned() }, true);
    let (mut driver, _) = Journal::open(&bench.session().journal(), "nova@alice", Arc::new(System)).unwrap();
    for (run, name) in [(7771, "reader 7771"), (7772, "reader 7772")] {
        driver.append(&started(run).into()).unwrap();
        bench.recorded();
        until("the reader", || is_thread(name));
        let over = if run == 7771 { ended(run) } else { Event::RunInterrupted { run: RunNo(run) } };
        driver.append(&over.into()).unwrap();
        bench.recorded();
        until("the end of the reader", || !is_thread(name));
    }
}
