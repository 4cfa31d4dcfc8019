//! Durations, and how benchmarks report them.

use std::fmt;

use tokio::time::Duration;

/// Durations of one kind of operation, sorted.
#[derive(Clone, Debug)]
pub struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    pub(crate) fn at(&self, part: f64) -> f64 {
        let index = ((self.0.len() as f64 - 1.0) * part).round() as usize;
        self.0.get(index).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n={} p50={:.2}ms p99={:.2}ms", self.0.len(), self.at(0.5), self.at(0.99))
    }
}
