//! Time, randomness, ids, and the keys that seal secrets. Everything else takes them from here, so that tests
//! can hold them still; clippy.toml forbids the ways around it.

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

/// Gives randomness fit for secrets.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        #[expect(clippy::disallowed_methods, reason = "this is the edge")]
        let now = std::time::SystemTime::now();
        now.duration_since(UNIX_EPOCH)
            .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
    }
}

/// The operating system's randomness.
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "this is the edge")]
        getrandom::fill(bytes).expect("the operating system has randomness once it has booted");
    }
}

/// Time, randomness, ids and keys, handed through the program.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    keys: Keys,
}

impl Ambient {
    /// From a clock, a source of randomness, and keys.
    pub fn new(clock: impl Clock + 'static, entropy: impl Entropy + 'static, keys: Keys) -> Self {
        Self { clock: Arc::new(clock), entropy: Arc::new(entropy), keys }
    }

    /// The machine's own.
    #[must_use]
    pub fn system(keys: Keys) -> Self {
        Self::new(SystemClock, OsEntropy, keys)
    }

    /// What secrets are sealed with.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Milliseconds since 1970 (UTC).
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    /// A new UUID of version 7 (RFC 9562, section 5.7).
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

    /// A new public key of 80 bits, in hexadecimal: not secret, but not to be guessed in passing.
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
