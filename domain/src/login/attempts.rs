//! Limits on login attempts.
//!
//! Attempts by strangers are limited per account and per network. A browser that an agent has used before has
//! its own limit, so that strangers can't lock out anyone who has logged in before.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use protocol::ErrorCode;

use super::Source;
use crate::error::Result;

type Limits<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Rate limits for login attempts.
pub(crate) struct Attempts {
    accounts: Limits<String>,
    networks: Limits<IpAddr>,
    known: Limits<String>,
    forgotten: Limits<String>,
    second: Limits<String>,
}

/// Allows `at_once` attempts at once, then one more every `seconds`.
fn quota(at_once: u32, seconds: u64) -> Quota {
    let at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(Duration::from_secs(seconds))
        .expect("the period is not zero")
        .allow_burst(at_once)
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            accounts: RateLimiter::dashmap(quota(10, 6)),
            networks: RateLimiter::dashmap(quota(30, 2)),
            known: RateLimiter::dashmap(quota(10, 6)),
            forgotten: RateLimiter::dashmap(quota(5, 600)),
            // A code has 20 bits, and three codes are valid at a time: an attacker who knows the password has
            // an even chance after forty days.
            second: RateLimiter::dashmap(quota(5, 15)),
        }
    }
}

impl Attempts {
    /// Checks a login from an unknown browser.
    pub(super) fn check_stranger(&self, email: &str, source: &Source) -> Result<()> {
        self.check_network(source)?;
        let checked = check(&self.accounts, email.to_owned());
        if checked.is_err() {
            tracing::info!(client = %source.address, "too many attempts for one account");
        }
        checked
    }

    /// Checks a login from a known browser.
    pub(super) fn check_known(&self, device: &str) -> Result<()> {
        check(&self.known, device.to_owned())
    }

    /// Checks a request for a link to replace a forgotten password.
    pub(super) fn check_forgotten(&self, email: &str, source: &Source) -> Result<()> {
        self.check_network(source)?;
        check(&self.forgotten, email.to_owned())
    }

    /// Checks a second-factor code from someone whose password was correct.
    pub(super) fn check_second(&self, agent: &str) -> Result<()> {
        check(&self.second, agent.to_owned())
    }

    pub(super) fn check_network(&self, source: &Source) -> Result<()> {
        let checked = check(&self.networks, source.network);
        if checked.is_err() {
            tracing::info!(client = %source.address, "too many attempts from one network");
        }
        checked
    }
}

fn check<K: Clone + Eq + std::hash::Hash>(limits: &Limits<K>, key: K) -> Result<()> {
    // Now and then, forget the keys whose limits have recovered.
    if limits.len() > 1_000 {
        limits.retain_recent();
    }
    limits.check_key(&key).map_err(|_| ErrorCode::TooManyAttempts.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(last: u8) -> Source {
        let address = IpAddr::from([127, 0, 0, last]);
        Source { address, network: address, browser: None }
    }

    fn times(mut attempt: impl FnMut() -> Result<()>) -> usize {
        (0..100).take_while(|_| attempt().is_ok()).count()
    }

    #[test]
    fn strangers_use_up_an_accounts_attempts_and_nobody_elses() {
        let attempts = Attempts::default();
        assert_eq!(times(|| attempts.check_stranger("mia@example.com", &source(1))), 10);
        assert!(attempts.check_stranger("mia@example.com", &source(2)).is_err(), "from elsewhere");
        assert!(attempts.check_known("mia's browser").is_ok(), "she comes in all the same");
        assert!(attempts.check_forgotten("mia@example.com", &source(2)).is_ok());
        assert!(attempts.check_stranger("tom@example.com", &source(2)).is_ok());
    }

    #[test]
    fn one_network_does_not_try_all_accounts() {
        let attempts = Attempts::default();
        let mut number = 0;
        let next = || {
            number += 1;
            attempts.check_stranger(&format!("a{number}@example.com"), &source(1))
        };
        assert_eq!(times(next), 30);
        assert!(attempts.check_stranger("mia@example.com", &source(2)).is_ok());
    }
}
