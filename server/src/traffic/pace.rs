//! How fast strangers may cause what is kept, or what others have to look at.
//!
//! A visitor costs nothing, so that what one may do is no bound: all of one network share theirs.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use protocol::InboxId;

use super::Neighbour;

type Limits<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Bytes are counted in pieces of this many.
const PIECE: u64 = 64 * 1024;

/// What strangers may cause.
pub(super) struct Paces {
    conversations: Limits<Neighbour>,
    of_inbox: Limits<InboxId>,
    messages: Limits<Neighbour>,
    pieces: Limits<Neighbour>,
    frames: Limits<Neighbour>,
    connections: Limits<Neighbour>,
    requests: Limits<Neighbour>,
    /// The same from where agents have come from.
    requests_of_agents: Limits<Neighbour>,
}

/// So many at once, then so many an hour.
fn quota(at_once: u32, an_hour: u32) -> Quota {
    let number = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    let period = Duration::from_secs(60 * 60) / number(an_hour).get();
    Quota::with_period(period).expect("a time that passes").allow_burst(number(at_once))
}

impl Paces {
    /// `per_address` is how many connections one address may hold: what it may cause grows with it.
    pub(super) fn new(per_address: usize) -> Self {
        let share = |of_five_hundred: u32| {
            let scaled = u64::from(of_five_hundred) * per_address as u64 / 512;
            u32::try_from(scaled.max(1)).unwrap_or(u32::MAX)
        };
        Self {
            conversations: RateLimiter::dashmap(quota(share(40), share(60))),
            of_inbox: RateLimiter::dashmap(quota(2_000, 3_600)),
            messages: RateLimiter::dashmap(quota(share(400), share(36_000))),
            pieces: RateLimiter::dashmap(quota(share(8_000), share(8_000))),
            // Each is a look at the database: 200 a second.
            frames: RateLimiter::dashmap(quota(share(500), share(720_000))),
            // The same for what is asked besides, and for asking at all.
            connections: RateLimiter::dashmap(quota(share(300).max(50), share(360_000))),
            requests: RateLimiter::dashmap(quota(share(600).max(100), share(720_000))),
            requests_of_agents: RateLimiter::dashmap(quota(
                share(6_000).max(500),
                share(7_200_000),
            )),
        }
    }

    /// Whether another connection may come from there.
    pub(super) fn may_connect(&self, whom: Neighbour) -> bool {
        check(&self.connections, whom, 1)
    }

    /// Whether another request may come from there.
    pub(super) fn may_ask(&self, whom: Neighbour, is_agents: bool) -> bool {
        check(if is_agents { &self.requests_of_agents } else { &self.requests }, whom, 1)
    }

    /// Whether somebody new may begin a conversation.
    pub(super) fn may_begin(&self, whom: Neighbour, inbox: InboxId) -> bool {
        check(&self.conversations, whom, 1) && check(&self.of_inbox, inbox, 1)
    }

    /// Whether another message may come from there.
    pub(super) fn may_write(&self, whom: Neighbour) -> bool {
        check(&self.messages, whom, 1)
    }

    /// Waits until another frame from there may be answered. Safe to cancel.
    pub(super) async fn frame(&self, whom: Neighbour) {
        self.frames.until_key_ready(&whom).await;
        tidy(&self.frames);
    }

    /// Whether so many bytes may come from there.
    pub(super) fn may_bring(&self, whom: Neighbour, bytes: u64) -> bool {
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX);
        check(&self.pieces, whom, pieces)
    }
}

/// Forgets those whose time has passed, now and then.
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
        let paces = Paces::new(512);
        let neighbour = |last| Neighbour::of([127, 0, 0, last].into());
        let inbox = InboxId(uuid::Uuid::nil());
        let times = |may: &mut dyn FnMut() -> bool| (0..10_000).take_while(|_| may()).count();
        assert_eq!(times(&mut || paces.may_begin(neighbour(1), inbox)), 40);
        assert!(paces.may_begin(neighbour(2), inbox));
        assert_eq!(times(&mut || paces.may_write(neighbour(1))) / 400, 1);
        let twenty_mb = 20 * 1024 * 1024;
        assert_eq!(times(&mut || paces.may_bring(neighbour(1), twenty_mb)), 25, "500 MB");
        assert!(paces.may_bring(neighbour(2), twenty_mb));
        let requests = times(&mut || paces.may_ask(neighbour(1), false));
        assert!((600..1_200).contains(&requests), "{requests}");
        assert!(paces.may_ask(neighbour(1), true) && paces.may_ask(neighbour(2), false));
        let frames = times(&mut || paces.frame(neighbour(1)).now_or_never().is_some());
        assert!((500..1_000).contains(&frames), "{frames}, then they wait");
        assert!(paces.frame(neighbour(2)).now_or_never().is_some());
    }
}
