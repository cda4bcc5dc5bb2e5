//! A session taken up again whose last run printed much.

use std::time::Instant;

use super::Context;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Samples, figure, ms};
use crate::support::Terminal;
use crate::{made, screen};

/// The last line of the output.
const LAST: &str = "this is the last line";

/// Bytes that the command writes at a time.
const PART: u64 = 100_000_000;

/// One table: a tenth of the size, and all of it.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let file = context.folder.join("lines");
    let mut rows = Vec::new();
    for much in [context.scale.much / 10, context.scale.much] {
        let part = made::write_lines(&file, 60, PART.min(much))?;
        let times = (much / part).max(1);
        let place = Place::new();
        let loud = format!("i=0; while [ $i -lt {times} ]; do cat {}; i=$((i + 1)); done; echo {LAST}", file.display());
        let terminal = screen::open(&place, &loud, "pipe", (24, 80))?;
        terminal.send("<enter>");
        terminal.wait_text("healthy, exit 0");
        terminal.send("q");
        terminal.ended();

        let mut samples = Samples::default();
        for _ in 0..context.scale.times {
            let began = Instant::now();
            let terminal = Terminal::start(place.stanch().arg("resume"), 24, 80);
            terminal.look_out(|screen| screen.contents().contains(LAST));
            samples.add(ms(terminal.moment("the end of the output").saturating_duration_since(began)));
            terminal.send("q");
            terminal.ended();
        }
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let size = (part * times) as f64 / 1e9;
        rows.push(vec![figure(size), samples.spread()]);
    }
    Ok(vec![Section {
        title: "Taken up again".to_owned(),
        about: "Milliseconds from `stanch resume` until the last line of the output is on the screen; lines of 60 bytes, files in the \
                page cache."
            .to_owned(),
        head: vec!["GB of output", "ms"],
        rows,
    }])
}
