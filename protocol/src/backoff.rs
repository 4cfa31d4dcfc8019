//! How long a client waits before it connects again.

/// Doubling waits with jitter, so that a restarted server is not met by all clients at once.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    attempts: u32,
}

impl Backoff {
    const FIRST_MS: u32 = 500;
    const LAST_MS: u32 = 30_000;

    /// The next wait in milliseconds: between half and the whole of 0.5 s, 1 s, 2 s ... 30 s.
    ///
    /// `random` is any number, evenly spread.
    pub fn next_ms(&mut self, random: u32) -> u32 {
        let whole = Self::FIRST_MS.saturating_mul(1 << self.attempts.min(10)).min(Self::LAST_MS);
        self.attempts = self.attempts.saturating_add(1);
        let half = whole / 2;
        half + random % (half + 1)
    }

    /// To be called when a connection has proved itself: the next wait is short again.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;

    #[test]
    fn waits_grow_to_a_bound_and_start_again() {
        let mut backoff = Backoff::default();
        let longest: Vec<u32> = (0..9).map(|_| backoff.next_ms(u32::MAX)).collect();
        assert!(longest.iter().all(|ms| (250..=30_000).contains(ms)), "{longest:?}");
        let mut shortest = Backoff::default();
        let shortest: Vec<u32> = (0..9).map(|_| shortest.next_ms(0)).collect();
        assert_eq!(shortest, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
        backoff.reset();
        assert!(backoff.next_ms(7) <= 500);
    }
}
