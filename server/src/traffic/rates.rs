//! Rate limits for what strangers cause to be stored, or for others to look at.
//!
//! Anyone can be many visitors, so a limit per visitor would not help. All visitors of a client network share
//! the limits.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use protocol::InboxId;

use super::ClientNetwork;

type Limits<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// The unit that bytes are counted in.
const PIECE: u64 = 64 * 1024;

/// The rate limits for strangers.
pub(super) struct RateLimits {
    conversations: Limits<ClientNetwork>,
    of_inbox: Limits<InboxId>,
    messages: Limits<ClientNetwork>,
    pieces: Limits<ClientNetwork>,
    hellos: Limits<ClientNetwork>,
    frames: Limits<ClientNetwork>,
    connections: Limits<ClientNetwork>,
    requests: Limits<ClientNetwork>,
    /// For networks that agents have come from.
    requests_of_agents: Limits<ClientNetwork>,
}

/// `at_once` at once, then `an_hour` per hour.
fn quota(at_once: u32, an_hour: u32) -> Quota {
    let number = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    let period = Duration::from_secs(60 * 60) / number(an_hour).get();
    Quota::with_period(period).expect("the period is not zero").allow_burst(number(at_once))
}

impl RateLimits {
    /// `per_address` is how many connections one client network may hold. Its rate limits grow with it.
    pub(super) fn new(per_address: usize) -> Self {
        let scaled = |of_five_hundred: u32| {
            let share = u64::from(of_five_hundred) * per_address as u64 / 512;
            u32::try_from(share.max(1)).unwrap_or(u32::MAX)
        };
        Self {
            conversations: RateLimiter::dashmap(quota(scaled(40), scaled(60))),
            of_inbox: RateLimiter::dashmap(quota(2_000, 3_600)),
            messages: RateLimiter::dashmap(quota(scaled(400), scaled(36_000))),
            pieces: RateLimiter::dashmap(quota(scaled(8_000), scaled(8_000))),
            // Each takes several queries: 20 a second. An office that reconnects at once takes ten seconds.
            hellos: RateLimiter::dashmap(quota(scaled(100).max(20), scaled(72_000))),
            // Each costs a query: 200 a second.
            frames: RateLimiter::dashmap(quota(scaled(500), scaled(720_000))),
            // For connections and requests of all kinds.
            connections: RateLimiter::dashmap(quota(scaled(300).max(50), scaled(360_000))),
            requests: RateLimiter::dashmap(quota(scaled(600).max(100), scaled(720_000))),
            requests_of_agents: RateLimiter::dashmap(quota(
                scaled(6_000).max(500),
                scaled(7_200_000),
            )),
        }
    }

    /// Whether a client network may open another connection.
    pub(super) fn may_connect(&self, whom: ClientNetwork) -> bool {
        check(&self.connections, whom, 1)
    }

    /// Whether a client network may make another request.
    pub(super) fn may_ask(&self, whom: ClientNetwork, is_agents: bool) -> bool {
        check(if is_agents { &self.requests_of_agents } else { &self.requests }, whom, 1)
    }

    /// Whether a new visitor may start a conversation.
    pub(super) fn may_begin(&self, whom: ClientNetwork, inbox: InboxId) -> bool {
        check(&self.conversations, whom, 1) && check(&self.of_inbox, inbox, 1)
    }

    /// Whether a client network may send another message.
    pub(super) fn may_write(&self, whom: ClientNetwork) -> bool {
        check(&self.messages, whom, 1)
    }

    /// Waits until another visitor from a client network may say hello. Safe to cancel.
    pub(super) async fn hello(&self, whom: ClientNetwork) {
        self.hellos.until_key_ready(&whom).await;
        tidy(&self.hellos);
    }

    /// Waits until another frame from a client network may be answered. Safe to cancel.
    pub(super) async fn frame(&self, whom: ClientNetwork) {
        self.frames.until_key_ready(&whom).await;
        tidy(&self.frames);
    }

    /// Whether a client network may upload `bytes` bytes.
    pub(super) fn may_bring(&self, whom: ClientNetwork, bytes: u64) -> bool {
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX);
        check(&self.pieces, whom, pieces)
    }
}

/// Forgets networks whose limits have recovered, now and then.
fn tidy<K: Clone + Eq + std::hash::Hash>(limits: &Limits<K>) {
    if limits.len() > 10_000 {
        limits.retain_recent();
    }
}

fn check<K: Clone + Eq + std::hash::Hash>(limits: &Limits<K>, key: K, number: u32) -> bool {
    tidy(limits);
    let number = NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    matches!(limits.check_key_n(&key, number), Ok(Ok(())))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn one_network_causes_so_much_and_others_nothing_of_it() {
        let rates = RateLimits::new(512);
        let network = |last| ClientNetwork::of([127, 0, 0, last].into());
        let inbox = InboxId(uuid::Uuid::nil());
        let times = |may: &mut dyn FnMut() -> bool| (0..10_000).take_while(|_| may()).count();
        assert_eq!(times(&mut || rates.may_begin(network(1), inbox)), 40);
        assert!(rates.may_begin(network(2), inbox));
        assert_eq!(times(&mut || rates.may_write(network(1))) / 400, 1);
        let twenty_mb = 20 * 1024 * 1024;
        assert_eq!(times(&mut || rates.may_bring(network(1), twenty_mb)), 25, "500 MB");
        assert!(rates.may_bring(network(2), twenty_mb));
        let requests = times(&mut || rates.may_ask(network(1), false));
        assert!((600..1_200).contains(&requests), "{requests}");
        assert!(rates.may_ask(network(1), true) && rates.may_ask(network(2), false));
        let frames = times(&mut || rates.frame(network(1)).now_or_never().is_some());
        assert!((500..1_000).contains(&frames), "{frames}, then they wait");
        assert!(rates.frame(network(2)).now_or_never().is_some());
        let hellos = times(&mut || rates.hello(network(1)).now_or_never().is_some());
        assert!((100..150).contains(&hellos), "{hellos}, then they wait");
    }
}
