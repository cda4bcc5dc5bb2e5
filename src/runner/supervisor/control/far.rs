//! What the deciding thread does about a lane on another machine.

use std::io;

use super::super::active::Active;
use super::super::carry::Carry;
use super::super::clock::boot_ms;
use super::super::far::{self, Phase, Told};
use super::super::terminal::ROWS;
use super::records::with_tally;
use super::{Control, Waiting};
use crate::runner::away::Away;
use crate::runner::client::Lost;
use crate::runner::protocol::Notice;
use crate::session::run::{Exit, RunEnd, RunNo, RunSpec};
use crate::store::runs::RunDir;
use crate::text::plain;

impl Control {
    /// Starts a run, as soon as there is a connection.
    pub(super) fn launch_far(&mut self, spec: &RunSpec, secrets: &[(String, String)]) -> io::Result<Active> {
        // What cannot be given is told before anybody is called.
        super::super::launch::given(spec, secrets)?;
        let parts = &mut self.parts;
        parts.keys.are_for(spec.run.0);
        let Some(link) = &mut parts.far else { return Err(io::Error::other("the lane is on this machine")) };
        let mut active = Active::there(spec);
        let waiting = Waiting(spec.clone(), secrets.to_vec());
        match link.phase() {
            Phase::Down => {
                parts.sink.calls(true);
                parts.terminal.ready(false, spec.width)?;
                link.dial(false)?;
                self.waiting = Some(waiting);
            }
            Phase::Up => {
                parts.terminal.resize(spec.width, ROWS)?;
                self.waiting = Some(waiting);
                self.dispatch(&mut active)?;
            }
            Phase::Calling | Phase::Greeting => self.waiting = Some(waiting),
        }
        Ok(active)
    }

    /// The connection is there: has the run that waits for it started.
    fn dispatch(&mut self, active: &mut Active) -> io::Result<()> {
        let Some(Waiting(spec, secrets)) = self.waiting.take() else { return Ok(()) };
        let parts = &mut self.parts;
        let Some(link) = &parts.far else { return Ok(()) };
        let Some(ground) = link.ground() else { return Ok(()) };
        parts.sink.calls(false);
        let (state, known) = parts.carry.start(spec.run, spec.as_before);
        let plan = far::plan(&spec, &secrets, &state, parts.setup.user.as_deref(), ground)?;
        if plan.is_detached() {
            // Before it is asked for: whoever keeps this lane next must know of it.
            let (v, run, nonce) = (1, spec.run, parts.nonce.clone());
            let away = Away { v, run, key: link.key().to_owned(), nonce };
            away.write(&parts.lane).map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("could not write down where run {run} will be found again: {error}"),
                )
            })?;
            active.detach(link.key());
            parts.sink.aside();
        }
        let pipe = link.run(&spec, &plan, ROWS)?;
        let pid = link.pid();
        if let Some((read, _)) = pipe {
            active.pipe(read, plan.source, parts)?;
        }
        active.given = plan.given;
        if let Some(there) = active.far() {
            (there.asked, there.pid, there.place) = (true, pid, plan.place);
        }
        if !known {
            let what = "where that run started is not known any more; this one starts where the lane is".to_owned();
            self.tell(Notice::Trouble { what });
        }
        Ok(())
    }

    /// Something came from the connection. What an earlier call still tells is not heard.
    pub(super) fn far_told(&mut self, call: u32, told: Told) {
        if self.parts.far.as_ref().is_none_or(|link| link.call_no() != call || link.phase() == Phase::Down) {
            return;
        }
        match told {
            Told::Settled(Ok((ssh, turn))) => {
                let parts = &mut self.parts;
                let started = parts.far.as_mut().map(|link| link.start_keeper(ssh, turn, &parts.terminal));
                if let Some(Err(error)) = started {
                    self.far_down(&format!("could not start ssh: {error}"));
                }
            }
            Told::Settled(Err(why)) => self.far_down(&why),
            Told::Line(line) => self.far_line(&line),
            Told::ClerkEnded(why) => {
                // The keeper's own end tells the rest.
                if self.parts.far.as_ref().is_some_and(|link| link.phase() == Phase::Greeting) && !why.is_empty() {
                    self.tell(Notice::Trouble { what: format!("could not open a second channel: {why}") });
                }
                if let Some(link) = &mut self.parts.far {
                    link.hang_up();
                }
            }
        }
    }

    /// A word of the connection's out of the terminal.
    pub(super) fn far_word(&mut self, word: &[u8], rest: &[u8]) {
        let rest = String::from_utf8_lossy(rest).into_owned();
        let Some(link) = &mut self.parts.far else { return };
        match word {
            b"up" if link.phase() == Phase::Calling => {
                if let Err(error) = link.start_clerk(&rest) {
                    self.far_down(&format!("could not start ssh: {error}"));
                }
            }
            b"down" if link.phase() != Phase::Down && rest == link.call_no().to_string() => self.far_down(""),
            _ => {}
        }
    }

    fn far_line(&mut self, said: &str) {
        let Some(link) = &mut self.parts.far else { return };
        if link.phase() == Phase::Greeting {
            if link.learn(said) {
                self.far_up();
            }
            return;
        }
        let host = link.far.name();
        if let Some(("pid", rest)) = said.split_once(' ') {
            return self.far_runs(rest);
        }
        let words: Vec<&str> = said.splitn(3, ' ').collect();
        let [word, run, rest] = words[..] else { return };
        let Some(active) = self.active.as_mut().filter(|active| run.parse().ok().map(RunNo) == Some(active.run()))
        else {
            return;
        };
        match (word, rest) {
            ("end", how) => {
                let (status, left) = how.split_once(' ').unwrap_or((how, "0"));
                if let Ok(status) = status.parse() {
                    self.far_hides = false;
                    active.far_ended(status, left == "1");
                }
            }
            ("stop", "0") => active.press_stop(&self.parts.keys),
            ("left", left) => active.left(left == "1"),
            ("gone", _) => {
                let why = "what it kept there is gone: the machine was perhaps started anew".to_owned();
                self.far_lost(&why);
            }
            ("hides", hides) => self.far_hides = hides == "1",
            ("not", why) => active.cannot(format!("{why} on {host}")),
            _ => {}
        }
    }

    /// The connection is there.
    fn far_up(&mut self) {
        let Some(ground) = self.parts.far.as_ref().and_then(super::super::far::Link::ground) else { return };
        let mut first = ground.first().clone();
        if self.parts.setup.user.is_some() {
            // What another user's environment is, their first command tells.
            first.environment.clear();
        }
        let again = std::mem::replace(&mut self.parts.carry, Carry::new(first));
        if let Some(lost) = again.lost() {
            self.tell(Notice::Trouble { what: anew(&self.host(), &lost) });
        }
        let Some(mut active) = self.active.take() else { return };
        self.again(&mut active);
        let dispatched = self.dispatch(&mut active);
        self.active = Some(active);
        if let Err(error) = dispatched
            && let Some(active) = &mut self.active
        {
            active.cannot(error.to_string());
        }
    }

    /// The directory of the run under way could not be entered.
    pub(super) fn not_entered(&mut self) {
        let (host, secrets) = (self.host(), self.hidden().0);
        let Some(active) = &mut self.active else { return };
        let place = active.far().map_or_else(String::new, |there| secrets.redact_str(&there.place));
        active.cannot(format!("could not enter {place} on {host}: no such directory"));
    }

    /// A run was stopped that waits for its connection: nothing of it is on the far side.
    pub(super) fn give_up_call(&mut self) {
        if self.waiting.is_none() {
            return self.give_up_redialling();
        }
        match &mut self.parts.far {
            Some(link) if link.pid() != 0 => link.hang_up(),
            Some(_) => self.far_down("stopped before it was called"),
            None => {}
        }
    }

    /// There is no connection any more, or none came about.
    pub(super) fn far_down(&mut self, why: &str) {
        let host = self.host();
        let Some(link) = &mut self.parts.far else { return };
        link.down();
        self.far_hides = false;
        let said = match &self.active {
            Some(active) if why.is_empty() => self.last_words(active),
            _ => why.to_owned(),
        };
        if self.outlives(&said) {
            return;
        }
        if self.waiting.is_none() {
            return self.far_lost(&said);
        }
        self.waiting = None;
        let Some(active) = self.active.take() else { return };
        self.parts.keys.are_for(0);
        let (run, hidden, stopped) = (active.run(), active.prompt_over(), active.stopped());
        let took_ms = boot_ms().saturating_sub(active.began());
        let tally = self.close_record(run, hidden);
        self.leave_at = 0;
        let exit = Exit::NotStarted(format!("could not reach {host}: {said}"));
        let end = RunEnd { stopped, took_ms, ..RunEnd::of(exit) };
        let (end, secret_output) = with_tally(end, tally);
        self.finish(Notice::Ended { run, end, secret_output });
    }

    /// Nobody will know how the run under way ended.
    pub(super) fn far_lost(&mut self, why: &str) {
        let host = self.host();
        if let Some(link) = &mut self.parts.far {
            link.down();
        }
        let Some(active) = self.active.take() else {
            drop(self.parts.terminal.rest());
            return;
        };
        self.parts.keys.are_for(0);
        let (run, hidden) = (active.run(), active.prompt_over());
        if active.is_detached() {
            Away::forget(&self.parts.lane);
        }
        self.close_record(run, hidden);
        self.leave_at = 0;
        self.tell(Notice::Lost { run, what: format!("the connection to {host} was lost: {why}") });
    }

    /// The last line that came through the terminal, as it is kept.
    fn last_words(&self, active: &Active) -> String {
        const ENOUGH: usize = 4096;
        let output = RunDir::at(&self.folder(active.run())).output();
        let path = if active.is_detached() { self.parts.lane.join("late") } else { output };
        let output = std::fs::read(path).unwrap_or_default();
        let text = plain::strip(&output[output.len().saturating_sub(ENOUGH)..]);
        let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
        last.map_or_else(|| "ssh said nothing".to_owned(), str::to_owned)
    }

    pub(super) fn host(&self) -> String {
        self.parts.far.as_ref().map_or_else(|| "this machine".to_owned(), |link| link.far.name())
    }
}

/// What a connection that had to be made anew no longer has.
fn anew(host: &str, lost: &Lost) -> String {
    let names = match lost.names.as_slice() {
        [] => String::new(),
        names => format!(", {} no longer set", names.join(", ")),
    };
    format!("the connection to {host} is a new one: it is not in {} any more{names}", lost.directory)
}
