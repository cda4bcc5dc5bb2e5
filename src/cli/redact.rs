//! `stanch redact`: a value that leaked is taken out of a session's whole record.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write};

use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::Exit;
use crate::store::clock::{Clock as _, System};
use crate::store::operator;
use crate::store::paths::Paths;
use crate::store::redact::{Taken, is_unfinished, redact};
use crate::store::session;
use crate::text::redact::LONGEST;

/// What is taken out, and of where.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last`. Nobody may work it meanwhile.
    #[arg(value_name = "SESSION")]
    session: String,
    /// What stands in for the value from then on: `[secret NAME]`.
    #[arg(long, value_name = "NAME", default_value = "LEAKED")]
    name: String,
    /// Who does it; else `STANCH_OPERATOR`, `SUDO_USER`, or who is logged in.
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
}

/// Takes it out: 0 when it stood somewhere, 1 when it stood nowhere.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let dir = session::find_to_write(&Paths::from_env()?, &args.session)?;
    let was_unfinished = is_unfinished(&dir);
    let Some(value) = value(dir.id())? else {
        eprintln!("error: could not take a value out: none was given");
        eprintln!("hint: pipe it in or type it; as an argument everybody on this machine could read it");
        return Ok(Exit::Usage);
    };
    let by = operator::by(args.operator.as_deref());
    let taken = redact(&dir, &args.name, &value, &by, System.stamp())?;
    if was_unfinished {
        writeln!(out, "finished what an earlier redaction had left undone")?;
    }
    let Some(taken) = taken else {
        writeln!(out, "the value stands nowhere in the record of {}", dir.id().escape_debug())?;
        return Ok(if was_unfinished { Exit::Fine } else { Exit::Failed });
    };
    write!(out, "{}", words(dir.id(), &taken))?;
    out.flush()?;
    Ok(Exit::Fine)
}

fn words(id: &str, taken: &Taken) -> String {
    let Taken { redacted, seq, head } = taken;
    let text = format!(
        "took it out of {id}, {} stands for it\n{}\nhead {head}, was {}; entry {seq} says so\n\
        exports, packs and copies made before still have it, and so may free blocks and backups of the disk: \
        change it wherever it is valid\n",
        redacted.placeholder,
        redacted.in_words(),
        redacted.head,
    );
    crate::text::plain::strip(text.as_bytes())
}

/// What stands on standard input, or is typed there unseen. None where that is nothing.
fn value(id: &str) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let most = LONGEST as u64 + 3;
    if io::stdin().is_terminal() {
        let _unseen = Unseen::begin()?;
        eprint!("the value to take out of {} (it is not shown): ", id.escape_debug());
        io::stdin().lock().take(most).read_until(b'\n', &mut bytes)?;
        eprintln!();
        if bytes.last() == Some(&INTERRUPT) {
            return Ok(None);
        }
    } else {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    }
    let value = String::from_utf8(bytes).map_err(|_| io::Error::other("the value is no UTF-8 text"))?;
    let value = value.trim_matches(['\r', '\n']);
    Ok((!value.is_empty()).then(|| value.to_owned()))
}

/// Ctrl-C.
const INTERRUPT: u8 = 3;

/// What is typed is not shown until this is dropped. Ctrl-C ends the line, so that it leaves no terminal without an echo.
struct Unseen(Termios);

impl Unseen {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut unseen = before.clone();
        unseen.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        unseen.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        tcsetattr(stdin(), OptionalActions::Flush, &unseen)?;
        Ok(Self(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that is gone.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
    }
}
