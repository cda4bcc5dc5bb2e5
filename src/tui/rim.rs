//! The world behind the screen: drive, library, clock.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_blocking;

use crate::drive::edited::{self, Place};
use crate::drive::{self, Beginning, Chosen, Drive, News, Session, Surroundings, learn};
use crate::runbook::parse;
use crate::session::run::RunNo;
use crate::store::library::{Item, Library};
use crate::store::private;
use crate::store::runs::RunDir;
use crate::store::session::{self, SessionDir, Summary};
use crate::tui::effect::{Effect, Open};
use crate::tui::message::{Message, Opened};
use crate::tui::model::{Catalog, Details, Now, Role, RunbookRow, SessionRow};
use crate::tui::run::Rim;

/// The world behind a real screen.
pub(crate) struct RealRim {
    around: Surroundings,
    folders: Vec<PathBuf>,
    drive: Option<(Drive, Receiver<News>)>,
    /// The session that is worked.
    dir: Option<SessionDir>,
    done: (UnboundedSender<Done>, UnboundedReceiver<Done>),
    fatal: UnboundedReceiver<String>,
    /// What is to be said when the screen is gone.
    parting: Option<String>,
}

/// What was done aside of the loop.
enum Done {
    Message(Message),
    Opened(Box<Session>),
}

impl RealRim {
    /// A world with these surroundings; `folders` are further folders of runbooks, `fatal` tells of threads that broke.
    pub(crate) fn new(around: Surroundings, folders: Vec<PathBuf>, fatal: UnboundedReceiver<String>) -> Self {
        Self { around, folders, drive: None, dir: None, done: unbounded_channel(), fatal, parting: None }
    }

    /// Works a session that was opened before.
    pub(crate) fn work(&mut self, session: Session) {
        // The receiver is held by this very value.
        drop(self.done.0.send(Done::Opened(Box::new(session))));
    }

    /// What is to be said when the screen is gone.
    pub(crate) fn parting(&mut self) -> Option<String> {
        self.parting.take()
    }

    fn aside(&self, work: impl FnOnce() -> Done + Send + 'static) {
        let done = self.done.0.clone();
        spawn_blocking(move || drop(done.send(work())));
    }

    fn message(&mut self, done: Done) -> Message {
        match done {
            Done::Message(message) => message,
            Done::Opened(session) => {
                let Session { dir, walk, drive, news, entries } = *session;
                let role = match drive.role() {
                    drive::Role::Driver(_) => Role::Driver,
                    drive::Role::Follower { driver } => {
                        // `nova@alice (process 4711) has had it since ...`: the name is enough here.
                        Role::Follower(driver.split(" (").next().unwrap_or(driver).to_owned())
                    }
                };
                self.drive = Some((drive, news));
                let in_memory = self.around.paths.in_memory.as_ref();
                let memory = in_memory.map(|why| format!("The record is kept in memory only: {why}."));
                let banner = memory.or_else(|| drive::logout().warning().map(ToOwned::to_owned));
                let id = dir.id().to_owned();
                self.dir = Some(dir);
                Message::Opened(Box::new(Opened { id, walk, first: Vec::new(), history: entries, role, banner }))
            }
        }
    }
}

impl Rim for RealRim {
    fn now(&self) -> Now {
        let stamp = self.around.clock.stamp();
        Now { at: stamp.at, boot_ms: stamp.boot_ms }
    }

    fn perform(&mut self, effect: Effect) {
        let (around, folders) = (self.around.clone(), self.folders.clone());
        match effect {
            Effect::Job(job) => {
                if let Some((drive, _)) = &self.drive {
                    drive.send(*job);
                }
            }
            Effect::LoadLibrary => {
                self.aside(move || Done::Message(Message::Catalog(Box::new(catalog(&around, &folders)))));
            }
            Effect::Describe { id, origin } => self.aside(move || {
                let details = describe(&around, &folders, &id, &origin)
                    .unwrap_or_else(|error| Details { summary: String::new(), problems: vec![error.to_string()] });
                Done::Message(Message::Described { id, origin, details })
            }),
            Effect::Open(open) => self.aside(move || match begin(&around, &folders, open) {
                Ok(session) => Done::Opened(Box::new(session)),
                Err(error) => Done::Message(Message::Failed(error.to_string())),
            }),
            Effect::ReadRunbook { before } => {
                let Some(dir) = self.dir.clone() else { return };
                self.aside(move || {
                    Done::Message(match edited::read(&dir, &before) {
                        Ok(edited) => Message::Edited(edited),
                        Err(error) => Message::Failed(error.to_string()),
                    })
                });
            }
            Effect::Learn => {
                let Some(dir) = self.dir.clone() else { return };
                self.aside(move || {
                    Done::Message(match learned(&dir) {
                        Ok(learned) => Message::Learned(learned),
                        Err(error) => Message::Failed(error.to_string()),
                    })
                });
            }
            // The loop carries these out itself.
            Effect::Suspend
            | Effect::Copy(_)
            | Effect::Pager { .. }
            | Effect::Read(_)
            | Effect::EditRunbook { .. }
            | Effect::Shell
            | Effect::Redraw
            | Effect::Quit(_) => {}
        }
    }

    async fn next(&mut self) -> Message {
        let news = async {
            match &mut self.drive {
                Some((_, news)) => news.recv().await,
                None => std::future::pending().await,
            }
        };
        let done = tokio::select! {
            biased;
            Some(report) = self.fatal.recv() => return Message::Fatal(report),
            Some(done) = self.done.1.recv() => done,
            news = news => {
                if let Some(news) = news {
                    return Message::News(news);
                }
                self.drive = None;
                return Message::Fatal("the drive of the session ended by itself".to_owned());
            }
        };
        self.message(done)
    }

    fn waiting(&mut self) -> Option<Message> {
        if let Ok(report) = self.fatal.try_recv() {
            return Some(Message::Fatal(report));
        }
        if let Ok(done) = self.done.1.try_recv() {
            return Some(self.message(done));
        }
        self.drive.as_mut().and_then(|(_, news)| news.try_recv().ok()).map(Message::News)
    }

    fn output(&self, run: RunNo) -> Option<PathBuf> {
        self.dir.as_ref().map(|dir| RunDir::at(&dir.run(run)).output())
    }

    fn runbook(&self, step: Option<&str>) -> Result<Place, String> {
        let dir = self.dir.as_ref().ok_or("there is no session on the screen")?;
        edited::place(dir, step).map_err(|error| error.to_string())
    }

    fn shell(&self) -> Option<(String, String)> {
        self.dir.as_ref().map(|dir| (dir.id().to_owned(), self.around.by.clone()))
    }

    async fn close(&mut self) {
        if let Some((drive, news)) = self.drive.take() {
            // Nobody listens any more; the drive must not wait for it.
            drop(news);
            // Its last write may take a moment, and it limits that itself. Where this is cut short, nothing is left to be told.
            self.parting = spawn_blocking(move || drive.leave()).await.ok().flatten();
        }
    }
}

/// Writes what the session taught beside its record; none where that is nothing.
fn learned(dir: &SessionDir) -> anyhow::Result<Option<PathBuf>> {
    let text = learn::of(dir)?.patch;
    if text.is_empty() {
        return Ok(None);
    }
    let path = dir.path().join("learned.patch");
    private::replace(&path, text.as_bytes())
        .map_err(|error| anyhow::anyhow!("could not write {}: {error}", path.display()))?;
    Ok(Some(path))
}

fn begin(around: &Surroundings, folders: &[PathBuf], open: Open) -> anyhow::Result<Session> {
    match open {
        Open::Session { id } => Ok(drive::resume(around, session::find(&around.paths, &id)?)?),
        Open::Untitled { title } => Ok(drive::begin(around, Beginning { title: Some(title), ..Beginning::default() })?),
        Open::Runbook { id, origin } => {
            let runbook = choose(&find(around, folders, &id, &origin)?)?;
            Ok(drive::begin(around, Beginning { runbook: Some(runbook), ..Beginning::default() })?)
        }
    }
}

fn find(around: &Surroundings, folders: &[PathBuf], id: &str, origin: &str) -> anyhow::Result<Item> {
    let library = Library::load(&around.paths, folders);
    let item = library.items().iter().find(|item| item.id == id && item.origin.to_string() == origin);
    item.cloned().ok_or_else(|| anyhow::anyhow!("could not find {id} in {origin} any more"))
}

/// What a runbook says of itself.
fn describe(around: &Surroundings, folders: &[PathBuf], id: &str, origin: &str) -> anyhow::Result<Details> {
    let text = find(around, folders, id, origin)?.text()?;
    let parsed = parse(id, &text);
    let problems = parsed.problems.iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect();
    Ok(Details { summary: parsed.runbook.and_then(|runbook| runbook.summary).unwrap_or_default(), problems })
}

fn choose(item: &Item) -> anyhow::Result<Chosen> {
    let text = item.text()?;
    let parsed = parse(&item.id, &text);
    let origin = item.origin.to_string();
    let Some(runbook) = parsed.runbook else {
        anyhow::bail!("could not use the runbook {}: it has errors; `stanch check {origin}` shows them", item.id)
    };
    Ok(Chosen { runbook: Arc::new(runbook), text, origin })
}

/// What there is to choose from.
fn catalog(around: &Surroundings, folders: &[PathBuf]) -> Catalog {
    let library = Library::load(&around.paths, folders);
    let mut troubles: Vec<String> = library
        .troubles()
        .iter()
        .map(|trouble| format!("could not read {}: {}", trouble.path.display(), trouble.reason))
        .collect();
    let sessions = session::list(&around.paths).unwrap_or_else(|error| {
        troubles.push(error.to_string());
        Vec::new()
    });
    let mut sessions: Vec<SessionRow> = sessions
        .iter()
        .filter(|summary| summary.is_wanted() || summary.facts.trouble.is_some())
        .map(session_row)
        .collect();
    sessions.sort_by_key(|row| std::cmp::Reverse(row.opened));
    Catalog { sessions, runbooks: library.items().iter().map(runbook_row).collect(), troubles }
}

fn session_row(summary: &Summary) -> SessionRow {
    let facts = &summary.facts;
    let driver = summary
        .driver
        .as_ref()
        .map(|holder| holder.as_ref().map_or_else(|| "somebody".to_owned(), |holder| holder.by.clone()));
    SessionRow {
        id: summary.dir.id().to_owned(),
        title: facts.title.clone(),
        severity: facts.severity,
        status: facts.status.map_or("unknown", crate::session::event::Status::as_str).to_owned(),
        opened: facts.opened,
        driver,
        damaged: facts.trouble.clone(),
    }
}

fn runbook_row(item: &Item) -> RunbookRow {
    let facts = &item.facts;
    let unusable = (facts.errors > 0).then(|| format!("it has {} errors", facts.errors));
    RunbookRow {
        id: item.id.clone(),
        title: facts.title.clone(),
        origin: item.origin.to_string(),
        severity: facts.severity,
        services: facts.services.clone(),
        alerts: facts.alerts.clone(),
        symptoms: facts.symptoms.clone(),
        tags: facts.tags.clone(),
        problems: facts.errors + facts.warnings,
        unusable,
    }
}
