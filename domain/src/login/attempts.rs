//! How often somebody may try to come in.
//!
//! What strangers try against one account and from one network is bounded. A browser that is known by its
//! agent has bounds of its own, so that strangers can't lock anybody out who was here before.

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

/// How often one may try.
pub(crate) struct Attempts {
    accounts: Limits<String>,
    networks: Limits<IpAddr>,
    known: Limits<String>,
    forgotten: Limits<String>,
    second: Limits<String>,
}

/// So many at once, then one each time that so many seconds have passed.
fn quota(at_once: u32, seconds: u64) -> Quota {
    let at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(Duration::from_secs(seconds))
        .expect("a time that passes")
        .allow_burst(at_once)
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            accounts: RateLimiter::dashmap(quota(10, 6)),
            networks: RateLimiter::dashmap(quota(30, 2)),
            known: RateLimiter::dashmap(quota(10, 6)),
            forgotten: RateLimiter::dashmap(quota(5, 600)),
            // A code has 20 bits, and three are right at a time: who has the password has an even chance
            // after forty days.
            second: RateLimiter::dashmap(quota(5, 15)),
        }
    }
}

impl Attempts {
    /// A login from a browser that nobody knows.
    pub(super) fn check_stranger(&self, email: &str, source: &Source) -> Result<()> {
        self.check_network(source)?;
        let checked = check(&self.accounts, email.to_owned());
        if checked.is_err() {
            tracing::info!(client = %source.address, "too many attempts for one account");
        }
        checked
    }

    /// A login from a browser that is known.
    pub(super) fn check_known(&self, device: &str) -> Result<()> {
        check(&self.known, device.to_owned())
    }

    /// A link for a forgotten password.
    pub(super) fn check_forgotten(&self, email: &str, source: &Source) -> Result<()> {
        self.check_network(source)?;
        check(&self.forgotten, email.to_owned())
    }

    /// A code of a second factor, by somebody whose password was right.
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
    // Those whose time has passed are forgotten, now and then.
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
