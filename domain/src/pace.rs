//! How fast work arrives, and how long to wait for more of it.

use tokio::time::{Duration, Instant};

/// Over how long the rate is measured.
const WINDOW: Duration = Duration::from_millis(200);

/// The rate from which it pays to wait, per second: then there is more than one within [`WAIT`].
const BUSY: u32 = 600;

/// How long to wait for more. Nobody notices it, and each transaction costs as much as several messages.
const WAIT: Duration = Duration::from_millis(3);

/// Measures the rate of what arrives.
pub(crate) struct Pace {
    since: Instant,
    arrived: u32,
    is_busy: bool,
}

impl Pace {
    pub(crate) fn new(now: Instant) -> Self {
        Self { since: now, arrived: 0, is_busy: false }
    }

    /// Notes that so many more have arrived.
    pub(crate) fn count(&mut self, arrived: usize) {
        self.arrived += arrived as u32;
    }

    /// Notes that so many have arrived. Returns how long to wait for more, if at all.
    pub(crate) fn wait_after(&mut self, arrived: usize, now: Instant) -> Option<Duration> {
        self.count(arrived);
        let passed = now.duration_since(self.since);
        if passed >= WINDOW {
            let due = f64::from(BUSY) * passed.as_secs_f64();
            self.is_busy = f64::from(self.arrived) >= due;
            (self.since, self.arrived) = (now, 0);
        }
        self.is_busy.then_some(WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_under_load_it_waits_for_more() {
        let begin = Instant::now();
        let at = |ms: u64| begin + Duration::from_millis(ms);
        let mut pace = Pace::new(begin);
        for ms in (0..1_000).step_by(5) {
            assert_eq!(pace.wait_after(1, at(ms)), None, "200 a second");
        }
        let waits = (1_000..2_000).filter(|ms| pace.wait_after(1, at(*ms)).is_some()).count();
        assert!(waits > 700, "1,000 a second: {waits}");
        assert_eq!(pace.wait_after(1, at(5_000)), None, "after a pause");
    }
}
