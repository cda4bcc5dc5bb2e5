//! Stanch, the terminal incident runbook assistant.

use std::process::ExitCode;

fn main() -> ExitCode {
    stanch::cli::main(std::env::args_os())
}
