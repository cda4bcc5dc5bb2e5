//! `stanch export`: the postmortem of a session.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Exit;
use super::excerpts::excerpts;
use super::recorded::Recorded;
use super::save;
use crate::postmortem::{Document, Meta, html, json, markdown, merge};
use crate::session::entry::Entry;
use crate::session::excerpt::Excerpts;
use crate::store::config;
use crate::store::paths::Paths;
use crate::text::redact::{Secrets, in_json};

/// Which session, in what form, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last`.
    #[arg(value_name = "SESSION")]
    session: String,
    /// What it is written as.
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    /// Where to; standard output without it. What people wrote into a Markdown export stays, the rest of it is made anew.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// With --format html: the page gets the text of this Markdown export, with all that people wrote into it.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// With --format cast: this run alone.
    #[arg(long, value_name = "NUMBER")]
    run: Option<u32>,
    /// Write nothing; fail (exit 1) while a line beginning with `TODO(postmortem):` is left, in FILE where it is given and exists.
    #[arg(long)]
    check: bool,
    /// Overwrite FILE, whatever is in it.
    #[arg(long, requires = "output", conflicts_with = "check")]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Plain Markdown, for people to go on with.
    Markdown,
    /// One page with a picture of the timeline, which needs nothing else.
    Html,
    /// The same as data.
    Json,
    /// An asciicast: the runs' output to be played again, with its timing.
    Cast,
}

/// Exports a session: 0 when done, 1 when `--check` finds open lines, 3 when a person's text would be lost.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let misplaced = [
        (args.run.is_some() && args.format != Format::Cast, "--run is for casts"),
        (args.text.is_some() && args.format != Format::Html, "--text is for --format html"),
        (args.check && args.format != Format::Markdown, "--check is for what a person writes, and that is Markdown"),
    ];
    if let Some((_, what)) = misplaced.iter().find(|(misplaced, _)| *misplaced) {
        eprintln!("error: could not export: {what}");
        return Ok(Exit::Usage);
    }
    if args.format == Format::Cast {
        return super::cast::run(&args.session, args.run, args.output.as_deref(), args.force, out);
    }
    if args.check {
        let edited =
            args.output.as_deref().map(|path| save::existing(path).map_err(|why| save::unreadable(path, &why)));
        let text = match edited.transpose() {
            Err(exit) => return Ok(exit),
            Ok(Some(Some(text))) => text,
            Ok(_) => markdown::render(&document(&args.session)?),
        };
        return check(&text, out);
    }
    let document = document(&args.session)?;
    let text = match (args.format, args.text.as_deref()) {
        (Format::Html, Some(path)) => match edited(path, &document.front.id) {
            Ok(text) => html::render_text(&document, &text),
            Err(exit) => return Ok(exit),
        },
        (Format::Html, None) => html::render(&document),
        (Format::Json, _) => json::render(&document),
        (Format::Markdown | Format::Cast, _) => markdown::render(&document),
    };
    match (args.output.as_deref(), args.format) {
        (None, _) => {
            out.write_all(text.as_bytes())?;
            out.flush()?;
            Ok(Exit::Fine)
        }
        (Some(path), Format::Html) => Ok(save::replaced(path, &text, args.force, "page", html::is_ours)),
        (Some(path), Format::Json) => Ok(save::replaced(path, &text, args.force, "data", json::is_ours)),
        (Some(path), Format::Markdown | Format::Cast) => Ok(save::merged(path, &text, args.force)),
    }
}

/// The text of a Markdown export that people have worked on, of this session.
fn edited(path: &Path, session: &str) -> Result<String, Exit> {
    match save::existing(path) {
        Ok(Some(text)) if merge::is_of(&text, session) == Some(false) => {
            let named = path.to_string_lossy().escape_debug().to_string();
            eprintln!("error: could not take the text of {named}: it is the postmortem of another session");
            Err(Exit::Input)
        }
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(save::unreadable(path, "there is no such file")),
        Err(why) => Err(save::unreadable(path, &why)),
    }
}

/// The session's postmortem.
fn document(session: &str) -> anyhow::Result<Document> {
    let mut recorded = Recorded::read(session)?;
    let meta = Meta {
        session: recorded.dir.id().to_owned(),
        head: recorded.head.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        trouble: recorded.trouble.clone(),
    };
    let mut excerpts = excerpts(&recorded);
    let secrets = Secrets::none().with_shapes(&config::shapes(&Paths::from_env()?));
    let found = scan(&secrets, &mut recorded.entries, &mut excerpts);
    if found > 0 {
        eprintln!(
            "warning: left out {found} of what looks like secrets; `stanch redact` takes them out of the record, too"
        );
    }
    Ok(Document::new(&recorded.entries, recorded.runbook.as_ref(), &excerpts, &meta))
}

/// What goes out is looked through once more: the record may be an older version's, or somebody else's. How much was left out.
fn scan(secrets: &Secrets, entries: &mut [Entry], excerpts: &mut Excerpts) -> u64 {
    let mut found = 0;
    for entry in entries {
        let Ok(text) = serde_json::to_vec(entry) else { continue };
        let (clean, count) = in_json(secrets, &text);
        if let Some(clean) = serde_json::from_slice(&clean).ok().filter(|_| count > 0) {
            *entry = clean;
            found += count;
        }
    }
    for lines in excerpts.of.values_mut().flat_map(|excerpt| [&mut excerpt.head, &mut excerpt.tail]) {
        let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let (clean, count) = secrets.redact_counted(&text.join("\n"));
        if count > 0 {
            // Line ends stay, so that these are the same lines.
            lines.iter_mut().zip(clean.split('\n')).for_each(|(line, clean)| clean.clone_into(&mut line.text));
            found += count;
        }
    }
    found
}

fn check(text: &str, out: &mut impl Write) -> anyhow::Result<Exit> {
    let open: Vec<(usize, &str)> = markdown::open_prompts(text).collect();
    for (number, line) in &open {
        writeln!(out, "line {number}: {}", line.escape_debug())?;
    }
    out.flush()?;
    if open.is_empty() {
        return Ok(Exit::Fine);
    }
    eprintln!("error: {} still to be written by a person", if open.len() == 1 { "a line is" } else { "lines are" });
    Ok(Exit::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Event, Tag};
    use crate::session::excerpt::{Excerpt, ExcerptLine};

    #[test]
    fn what_goes_out_is_looked_through_once_more() {
        let at = "2022-04-30T12:00:00Z".parse().unwrap();
        let event = Event::Note { tag: Tag::Plain, text: "PGPASSWORD=hunter2 psql".to_owned() };
        let (by, prev) = ("nova@alice".to_owned(), String::new());
        let mut entries = [Entry { v: 1, seq: 1, at, boot_ms: 0, by, happened: None, event, prev }];
        let line = |text: &str| ExcerptLine { text: text.to_owned(), cut: 0 };
        let key = ["-----BEGIN PRIVATE KEY-----", "MIIE", "-----END PRIVATE KEY-----", "after"];
        let excerpt = Excerpt { head: key.iter().map(|text| line(text)).collect(), ..Excerpt::default() };
        let mut excerpts = Excerpts::default();
        excerpts.of.insert(crate::session::run::RunNo(1), excerpt);
        assert_eq!(scan(&Secrets::none(), &mut entries, &mut excerpts), 2);
        let told = format!("{entries:?} {excerpts:?}");
        assert!(!told.contains("hunter2") && !told.contains("MIIE") && told.contains("after"), "{told}");
        assert_eq!(scan(&Secrets::none(), &mut entries, &mut excerpts), 0, "what stands for them is none");
    }

    fn document() -> String {
        markdown::render(&Document::new(&[], None, &Excerpts::default(), &Meta::default()))
    }

    #[test]
    fn open_lines_are_told_and_fail_the_check() {
        let mut out = Vec::new();
        assert_eq!(check(&document(), &mut out).unwrap(), Exit::Failed);
        assert!(String::from_utf8(out).unwrap().contains("TODO(postmortem): In one or two sentences"));
        let mut out = Vec::new();
        let text = "# Done\n\n```text\nTODO(postmortem): printed by a command\n```\n";
        assert_eq!(check(text, &mut out).unwrap(), Exit::Fine);
        assert!(out.is_empty());
    }
}
