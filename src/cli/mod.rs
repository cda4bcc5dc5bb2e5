//! The command line: clap's definitions, one small file per subcommand, and what the exit codes mean.
//!
//! A subcommand is a module with `Args` (what clap fills in) and `run` (what is done with it), and one line in `Command`.

mod alert;
mod around;
mod audit;
mod backstage;
mod cast;
mod check;
mod completions;
mod drill;
mod excerpts;
mod exit;
mod export;
mod import;
mod learn;
mod new;
mod note;
mod pack;
mod recorded;
mod redact;
mod report;
mod resume;
mod run;
mod save;
mod schema;
mod screen;
mod sessions;
mod shell;
mod show;
mod start;
mod unpack;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use rustix::process::DumpableBehavior;

pub use exit::Exit;

/// A terminal incident runbook assistant.
#[derive(Debug, Parser)]
#[command(name = "stanch", version, about, max_term_width = 100)]
struct Cli {
    /// None shows the library and the open sessions.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Work an incident with a runbook.
    Run(Box<run::Args>),
    /// Work an incident without a runbook.
    Start(start::Args),
    /// Take a session up again; runs that went on are shown live.
    Resume(resume::Args),
    /// List sessions, newest first.
    Sessions(sessions::Args),
    /// Open your own bash or zsh, recorded: one entry per command, from any terminal, also while somebody else drives the session.
    Shell(shell::Args),
    /// Add a note to a session, also while somebody else drives it.
    Note(note::Args),
    /// Tell where a session stands, for whoever joins it.
    Show(show::Args),
    /// Run verify steps again: what is due, or a session's.
    Verify(verify::Args),
    /// Write a session's postmortem.
    Export(export::Args),
    /// Tell what a session taught, as a patch of its runbook.
    Learn(learn::Args),
    /// Prove that a session's journal is what it was.
    Audit(audit::Args),
    /// Take a value that leaked out of a session's whole record. It is read from standard input, or asked for.
    Redact(redact::Args),
    /// Write a session into one file, for another user or machine.
    Pack(pack::Args),
    /// Take in a session that was packed elsewhere.
    Unpack(unpack::Args),
    /// Report everything that is wrong with runbooks, and what could be better.
    Check(check::Args),
    /// Make a runbook of one in Markdown.
    Import(import::Args),
    /// Write a runbook to start from.
    New(new::Args),
    /// Write the JSON Schema of runbooks, for editors.
    Schema(schema::Args),
    /// Rehearse an incident on a throwaway service.
    Drill(drill::Args),
    /// Write the completion script of a shell.
    Completions(completions::Args),
    /// Write the manual page.
    Man,
}

/// Does what the arguments (the program's name first) ask for.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(code) = backstage::main(&arguments) {
        return code;
    }
    if let Err(error) = unseen() {
        eprintln!("warning: could not keep this program's memory out of core dumps: {error}");
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // Help and version are asked for; everything else is a usage error. Either is written by clap.
        Err(error) => {
            let asked = !error.use_stderr();
            return match error.print() {
                Ok(()) if asked => Exit::Fine.into(),
                _ => Exit::Usage.into(),
            };
        }
    };
    let done = match cli.command {
        None => screen::library(),
        Some(Command::Run(args)) => run::run(*args),
        Some(Command::Start(args)) => start::run(args),
        Some(Command::Resume(args)) => resume::run(&args),
        Some(Command::Sessions(args)) => sessions::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Shell(args)) => shell::run(&args),
        Some(Command::Note(args)) => note::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Show(args)) => show::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Verify(args)) => verify::run(&args, &mut std::io::stdout()),
        Some(Command::Export(args)) => export::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Learn(args)) => learn::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Audit(args)) => audit::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Redact(args)) => redact::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Pack(args)) => pack::run(&args),
        Some(Command::Unpack(args)) => unpack::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Check(args)) => check::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Import(args)) => import::run(&args, &mut std::io::stdout().lock()),
        Some(Command::New(args)) => new::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Schema(args)) => schema::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Drill(args)) => drill::run(&args),
        Some(Command::Completions(args)) => completions::run(&args, &mut std::io::stdout().lock()),
        Some(Command::Man) => completions::manual(&mut std::io::stdout().lock()),
    };
    match done {
        Ok(exit) => exit.into(),
        // Whoever read the output has enough, as in `stanch check . | head`.
        Err(error) if is_broken_pipe(&error) => Exit::Fine.into(),
        Err(error) => report::report(&error).into(),
    }
}

/// Values of secrets are in this process: no core dump holds them, and no other process of the operator looks into it. What it starts is
/// not touched by this.
fn unseen() -> std::io::Result<()> {
    Ok(rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn a_time_before_now_is_taken_as_the_help_says() {
        for line in [
            ["stanch", "run", "x", "--detected", "-25m", "--impact-start", "-1h"],
            ["stanch", "start", "x", "--detected", "-25m", "--impact-start", "-1h"],
        ] {
            let taken = Cli::try_parse_from(line);
            assert!(taken.is_ok(), "{}", taken.err().map(|error| error.to_string()).unwrap_or_default());
        }
    }

    #[test]
    fn every_form_of_an_export_is_named_where_another_is_asked_for() {
        let wrong = Cli::try_parse_from(["stanch", "export", "last", "--format", "pdf"]).unwrap_err().to_string();
        assert!(wrong.contains("markdown, html, json, cast"), "{wrong}");
    }

    #[test]
    fn this_program_leaves_no_core_dump() {
        unseen().unwrap();
        assert_eq!(rustix::process::dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
