//! A session of ours on a screen, at a step that runs one command.

use std::path::PathBuf;

use anyhow::Context as _;
use stanch::session::run::RunNo;

use crate::place::Place;
use crate::support::Terminal;

/// Opens a session whose only step runs this, on a screen of so many rows and columns, and waits until the step can be run.
pub(crate) fn open(place: &Place, command: &str, mode: &str, size: (u16, u16)) -> anyhow::Result<Terminal> {
    // JSON's strings are YAML's.
    let command = serde_json::to_string(command)?;
    let text = format!(
        "stanch: 1\ntitle: Measured\ndiagnose:\n  steps:\n    - {{ id: it, title: It, mode: {mode}, run: {command} }}\n"
    );
    std::fs::write(place.work().join("measured.yaml"), text)?;
    let mut program = place.stanch();
    program.args(["run", "measured.yaml"]);
    let terminal = Terminal::start(&program, size.0, size.1);
    terminal.wait_text("Enter runs it");
    Ok(terminal)
}

/// The folder of the first run of the only session in this place.
pub(crate) fn first_run(place: &Place) -> anyhow::Result<PathBuf> {
    let session = std::fs::read_dir(place.data().join("sessions"))?.next().context("there is no session")??;
    Ok(session.path().join("runs").join(RunNo(1).to_string()))
}
