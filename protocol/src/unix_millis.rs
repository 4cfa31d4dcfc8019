//! Times.

use core::ops::{Add, Sub};

use crate::json::number;

number! {
    /// A time, in milliseconds since 1970 (UTC).
    UnixMillis
}

impl UnixMillis {
    /// The start of 1970: a time before all others.
    pub const ZERO: Self = Self(0);

    /// The whole seconds since 1970 (UTC).
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// The milliseconds since an earlier time; 0 if it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Adds milliseconds.
impl Add<u64> for UnixMillis {
    type Output = Self;

    fn add(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// Subtracts milliseconds.
impl Sub<u64> for UnixMillis {
    type Output = Self;

    fn sub(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms))
    }
}
