//! The subcommands only this program itself uses: the supervisor of a lane, the stage of each command, the seat of a recorded shell.
//!
//! Taken before clap: they are no part of the command line, one is started for every command, and its arguments are the command's own.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use crate::runner::shell::seat;
use crate::runner::{stage, supervisor};

/// Runs one of them, where the arguments (the program's name first) ask for it.
pub(super) fn main(arguments: &[OsString]) -> Option<ExitCode> {
    let code = match arguments.get(1)?.to_str()? {
        "lane" if arguments.len() == 3 => supervisor::main(Path::new(&arguments[2])),
        "stage" => stage::main(&arguments[2..]),
        "seat" => seat::main(&arguments[2..]),
        _ => return None,
    };
    Some(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}
