//! Time, randomness, ids, and the keys that seal secrets. All other code gets them from here, so that tests
//! can control them. clippy.toml forbids other sources.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use data_encoding::HEXLOWER;
use uuid::Uuid;

use crate::keys::Keys;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 (UTC).
    fn now_ms(&self) -> u64;
}

/// Provides randomness that is suitable for secrets.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        #[expect(clippy::disallowed_methods, reason = "this is the edge")]
        let now = std::time::SystemTime::now();
        now.duration_since(UNIX_EPOCH)
            .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
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

/// Time, randomness, ids and keys, passed through the program.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    keys: Keys,
}

impl Ambient {
    /// Creates one from a clock, a source of randomness, and keys.
    pub fn new(clock: impl Clock + 'static, entropy: impl Entropy + 'static, keys: Keys) -> Self {
        Self { clock: Arc::new(clock), entropy: Arc::new(entropy), keys }
    }

    /// Uses the system's clock and randomness.
    #[must_use]
    pub fn system(keys: Keys) -> Self {
        Self::new(SystemClock, OsEntropy, keys)
    }

    /// The keys that seal secrets.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Milliseconds since 1970 (UTC).
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    /// A new UUIDv7 (RFC 9562, section 5.7).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(self.now_ms(), &random).into_uuid()
    }

    /// A new secret of 256 bits, in hexadecimal.
    #[must_use]
    pub fn secret(&self) -> String {
        self.hex::<32>()
    }

    /// A new public identifier of 80 bits, in hexadecimal: not secret, but hard to guess.
    #[must_use]
    pub fn key(&self) -> String {
        self.hex::<10>()
    }

    /// Random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    fn hex<const N: usize>(&self) -> String {
        HEXLOWER.encode(&self.bytes::<N>())
    }
}
