//! How long to wait before a retry. All retry waits are computed here.

/// Exponential backoff with jitter: each wait is twice as long as the one before, shortened by up to half
/// at random so that clients that failed together don't all come back at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// The wait after the first failure, in milliseconds.
    pub first_ms: u32,
    /// The longest wait, in milliseconds.
    pub longest_ms: u32,
}

impl Waits {
    /// For a client that reconnects: 0.5 s, 1 s, 2 s ... 30 s.
    pub const CONNECT: Self = Self { first_ms: 500, longest_ms: 30_000 };

    /// The wait after this many failures in a row, in milliseconds. `random` is a uniformly distributed
    /// number.
    #[must_use]
    pub fn after(self, failures: u32, random: u32) -> u32 {
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let whole = self.first_ms.saturating_mul(doubled).min(self.longest_ms);
        let half = whole / 2;
        half + random % (half + 1)
    }
}

/// Counts failures in a row and computes the waits between them.
#[derive(Clone, Debug)]
pub struct Backoff {
    waits: Waits,
    failures: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Waits::CONNECT)
    }
}

impl Backoff {
    /// Starts without a failure.
    #[must_use]
    pub const fn new(waits: Waits) -> Self {
        Self { waits, failures: 0 }
    }

    /// Counts a failure and returns the wait before the next try, in milliseconds. `random` is a uniformly
    /// distributed number.
    pub fn next_ms(&mut self, random: u32) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.waits.after(self.failures, random)
    }

    /// Call this after a success: the next wait is short again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, Waits};

    #[test]
    fn waits_grow_to_a_bound_and_start_again() {
        let mut backoff = Backoff::default();
        let any: Vec<u32> = (0..9).map(|_| backoff.next_ms(u32::MAX)).collect();
        assert!(any.iter().all(|ms| (250..=30_000).contains(ms)), "{any:?}");
        let mut shortest = Backoff::default();
        let shortest: Vec<u32> = (0..9).map(|_| shortest.next_ms(0)).collect();
        assert_eq!(shortest, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
        backoff.reset();
        assert!(backoff.next_ms(7) <= 500);
    }

    #[test]
    fn no_number_of_failures_is_too_large() {
        let waits = Waits { first_ms: 30_000, longest_ms: 3_600_000 };
        assert_eq!((waits.after(1, 0), waits.after(1, 15_000)), (15_000, 30_000));
        assert_eq!(waits.after(u32::MAX, 1_800_000), 3_600_000);
    }
}
