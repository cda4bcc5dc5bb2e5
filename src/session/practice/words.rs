//! A drill looked back upon, in words.

use super::{Practice, Turn};
use crate::runbook::StepId;
use crate::text::human::duration;

impl Practice {
    /// What to tell whoever worked it, line by line.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let mut lines = vec![self.ending(), self.times()];
        lines.extend(self.way.map(|way| {
            format!(
                "{} done; the shortest way by its {way} has {}: {}",
                steps(self.done.len()),
                self.shortest.len(),
                self.shortest.join(", ")
            )
        }));
        lines.push(
            "  (counted from the runbook: one look that points there, those its values come from, its steps, all that verifies)"
                .to_owned(),
        );
        lines.extend(list("looks it does without (no mistake, if they told you something)", &self.looks));
        let again: Vec<String> = self.again.iter().map(|(id, more)| format!("{id} ({})", times(*more))).collect();
        lines.extend(list("done beyond it", &again));
        lines.extend((self.own > 0).then(|| format!("  your own commands: {}", self.own)));
        let turns: Vec<String> = self.turns.iter().map(Turn::in_words).collect();
        lines.extend(list("wrong turns", &turns));
        lines.extend(list("left out", &self.left_out));
        let unverified: Vec<String> = self
            .unverified
            .iter()
            .map(|change| {
                let name = change.step.clone().unwrap_or_else(|| format!("run {}", change.run));
                format!("{name} ({})", change.verify.join(", "))
            })
            .collect();
        lines.extend(list("changes not verified", &unverified));
        lines.extend(list("not seen to hold since the last change", &self.not_holding));
        lines
    }

    fn ending(&self) -> String {
        let took = duration(whole(self.lasted));
        let how = match (self.healed, self.way) {
            (true, Some(way)) => format!("healed by its {way}"),
            (true, None) => "healed".to_owned(),
            (false, _) => "not healed".to_owned(),
        };
        let meant = self.minutes.map(|minutes| {
            let within = self.lasted <= u64::from(minutes) * 60_000;
            format!(" ({} the {minutes} m that are meant for it)", if within { "within" } else { "more than" })
        });
        format!("drill {}: {how} in {took}{}", self.drill, meant.unwrap_or_default())
    }

    fn times(&self) -> String {
        let time = |name: &str, time: Option<u64>| {
            let time = time.map_or_else(|| "not reached".to_owned(), |ms| duration(whole(ms)));
            format!("to {name}: {time}")
        };
        let times =
            [time("diagnose", self.to_diagnose), time("mitigate", self.to_mitigate), time("resolve", self.to_resolve)];
        format!("  {}", times.join(", "))
    }
}

impl Turn {
    fn in_words(&self) -> String {
        match self {
            Self::Entered(phase) => format!("{phase} was entered and left"),
            Self::TakenBack(step) => format!("{step} was taken back"),
            Self::Failed(step) => format!("{step} did not go well"),
        }
    }
}

/// Whole seconds: tenths say nothing of a person.
fn whole(ms: u64) -> u64 {
    ms / 1000 * 1000
}

fn list(name: &str, what: &[StepId]) -> Option<String> {
    (!what.is_empty()).then(|| format!("  {name}: {}", what.join(", ")))
}

fn steps(count: usize) -> String {
    if count == 1 { "1 step".to_owned() } else { format!("{count} steps") }
}

fn times(count: usize) -> String {
    if count == 1 { "once more".to_owned() } else { format!("{count} times more") }
}
