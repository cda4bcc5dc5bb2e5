//! Figures taken several times, and contestants taken in turn.

use std::time::Duration;

/// One figure, taken several times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Adds one.
    pub(crate) fn add(&mut self, figure: f64) {
        let at = self.0.partition_point(|known| *known < figure);
        self.0.insert(at, figure);
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The figure that so many hundredths of all are not above; 0 where there is none.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }

    /// The middle one.
    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// The largest.
    pub(crate) fn most(&self) -> f64 {
        self.percentile(100)
    }

    /// The middle one, and between which all are: `31 (29-33)`.
    pub(crate) fn spread(&self) -> String {
        let (least, most) = (self.percentile(0), self.most());
        format!("{} ({}-{})", figure(self.median()), figure(least), figure(most))
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<T: IntoIterator<Item = f64>>(figures: T) -> Self {
        let mut samples = Self::default();
        for figure in figures {
            samples.add(figure);
        }
        samples
    }
}

/// A figure with as many digits as it deserves.
pub(crate) fn figure(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Milliseconds.
pub(crate) fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// Megabytes (of a million bytes) a second.
pub(crate) fn rate(bytes: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let megabytes = bytes as f64 / 1e6;
    megabytes / took.as_secs_f64()
}

/// One of those compared, and how a figure of it (or several) is taken.
pub(crate) struct Contestant<'a, T> {
    /// What it is called in the page.
    pub(crate) name: String,
    take: Box<dyn FnMut() -> anyhow::Result<T> + 'a>,
}

impl<'a, T> Contestant<'a, T> {
    /// One that is measured so.
    pub(crate) fn new(name: impl Into<String>, take: impl FnMut() -> anyhow::Result<T> + 'a) -> Self {
        Self { name: name.into(), take: Box::new(take) }
    }
}

/// Takes them in turn, so many rounds, each round beginning with the next: whatever else the machine does, it does to all.
pub(crate) fn race<T>(rounds: usize, contestants: &mut [Contestant<'_, T>]) -> anyhow::Result<Vec<Vec<T>>> {
    let mut taken: Vec<Vec<T>> = contestants.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let at = (turn + round) % contestants.len();
            let contestant = &mut contestants[at];
            let figure = (contestant.take)().map_err(|error| error.context(contestant.name.clone()))?;
            taken[at].push(figure);
        }
    }
    Ok(taken)
}
