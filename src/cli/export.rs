//! `stanch export`: the postmortem of a session.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Exit;
use super::excerpts::excerpts;
use super::recorded::Recorded;
use crate::postmortem::{Document, Meta, markdown};
use crate::store::private;

/// Which session, in what form, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last`.
    #[arg(value_name = "SESSION")]
    session: String,
    /// What it is written as.
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    /// Where to; standard output without it. A file that a person has edited is not overwritten.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
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
    Markdown,
    // Known by name so that the refusal can say that they come later; not listed before they are there.
    #[value(hide = true)]
    Html,
    #[value(hide = true)]
    Json,
    /// An asciicast: the runs' output to be played again, with its timing.
    Cast,
}

/// Exports a session: 0 when done, 1 when `--check` finds open lines or a person's text would be lost.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let refused = match args.format {
        Format::Markdown | Format::Cast => None,
        Format::Html => Some("HTML"),
        Format::Json => Some("JSON"),
    };
    if let Some(format) = refused {
        eprintln!("error: could not export as {format}: this version writes Markdown and casts, the others come later");
        eprintln!("hint: leave out --format");
        return Ok(Exit::Usage);
    }
    let cast = args.format == Format::Cast;
    if args.run.is_some() && !cast || args.check && cast {
        let what = if cast {
            "--check is for what a person writes, and there is none in a cast"
        } else {
            "--run is for casts"
        };
        eprintln!("error: could not export: {what}");
        return Ok(Exit::Usage);
    }
    if cast {
        return super::cast::run(&args.session, args.run, args.output.as_deref(), args.force, out);
    }
    if args.check {
        let edited = match &args.output {
            Some(path) => existing(path)?,
            None => None,
        };
        let text = match edited {
            Some(text) => text,
            None => generate(&args.session)?,
        };
        return check(&text, out);
    }
    let text = generate(&args.session)?;
    match &args.output {
        None => {
            out.write_all(text.as_bytes())?;
            out.flush()?;
            Ok(Exit::Fine)
        }
        Some(path) => save(path, &text, args.force),
    }
}

/// The session as Markdown.
fn generate(session: &str) -> anyhow::Result<String> {
    let recorded = Recorded::read(session)?;
    let meta = Meta {
        session: recorded.dir.id().to_owned(),
        head: recorded.head.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        trouble: recorded.trouble.clone(),
    };
    let excerpts = excerpts(&recorded);
    Ok(markdown::render(&Document::new(&recorded.entries, recorded.runbook.as_ref(), &excerpts, &meta)))
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

/// Writes the document whole or not at all.
fn save(path: &Path, text: &str, force: bool) -> anyhow::Result<Exit> {
    let told = || path.to_string_lossy().escape_debug().to_string();
    let there = existing(path)?;
    if there.as_deref() == Some(text) {
        return Ok(Exit::Fine);
    }
    if there.is_some_and(|there| !force && !markdown::is_untouched(&there)) {
        eprintln!("error: could not write {}: it is not what was generated, a person's text would be lost", told());
        eprintln!("hint: choose another file, or overwrite it with --force");
        return Ok(Exit::Failed);
    }
    // Where the name is a link, the file it leads to is replaced and the link stays.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| Path::new(".").join(path));
    // The error of the system may name a file that is only on its way; the operator knows the one they asked for.
    let cause = match target.parent() {
        Some(folder) if !folder.is_dir() => format!("there is no folder {}", folder.to_string_lossy().escape_debug()),
        _ => match private::replace(&target, text.as_bytes()) {
            Ok(()) => return Ok(Exit::Fine),
            Err(error) => std::io::Error::from(error.kind()).to_string(),
        },
    };
    eprintln!("error: could not write {}: {cause}", told());
    eprintln!("hint: name a file in a folder that is there and that you may write to");
    Ok(Exit::Input)
}

/// The text of a file; none where there is no such file.
fn existing(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(anyhow::anyhow!("could not read {}: {error}", path.to_string_lossy().escape_debug())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::excerpt::Excerpts;

    fn document() -> String {
        markdown::render(&Document::new(&[], None, &Excerpts::default(), &Meta::default()))
    }

    #[test]
    fn what_was_generated_is_replaced_and_what_a_person_wrote_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("postmortem.md");
        let text = document();
        assert_eq!(save(&path, &text, false).unwrap(), Exit::Fine);
        let newer = markdown::render(&Document::new(
            &[],
            None,
            &Excerpts::default(),
            &Meta { session: "newer".to_owned(), ..Meta::default() },
        ));
        assert_eq!(save(&path, &newer, false).unwrap(), Exit::Fine);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);

        let edited = newer.replace("TODO(postmortem): In one", "It was DNS. In one");
        std::fs::write(&path, &edited).unwrap();
        assert_eq!(save(&path, &text, false).unwrap(), Exit::Failed);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), edited);
        assert_eq!(save(&path, &text, true).unwrap(), Exit::Fine);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn a_foreign_file_is_never_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.md");
        for content in ["", "my notes\n"] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(save(&path, &document(), false).unwrap(), Exit::Failed);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file.md"), folder.path().join("link.md"));
        let text = document();
        std::fs::write(&file, &text).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(save(&link, &format!("{text}\n"), true).unwrap(), Exit::Fine);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{text}\n"));
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
