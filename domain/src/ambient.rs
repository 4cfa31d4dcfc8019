//! Time, randomness, ids, and the keys that seal secrets. All other code gets them from here, so that tests
//! can control them. clippy.toml forbids other sources.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use protocol::UnixMillis;
use uuid::Uuid;

use crate::keys::Keys;
use crate::system::{Clock, Entropy, OsEntropy, SystemClock};

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
    pub fn now_ms(&self) -> UnixMillis {
        self.clock.now_ms()
    }

    /// A new UUIDv7 (RFC 9562, section 5.7).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(self.now_ms().0, &random).into_uuid()
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
