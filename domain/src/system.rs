//! Where time and randomness come from: the system, or a test.

use std::time::UNIX_EPOCH;

use protocol::UnixMillis;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 (UTC).
    fn now_ms(&self) -> UnixMillis;
}

/// Provides randomness that is suitable for secrets.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> UnixMillis {
        #[expect(clippy::disallowed_methods, reason = "this is the edge")]
        let now = std::time::SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(u64::try_from(since.as_millis()).unwrap_or_default())
    }
}

/// The operating system's source of randomness.
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "this is the edge")]
        getrandom::fill(bytes).expect("the operating system provides randomness after boot");
    }
}
