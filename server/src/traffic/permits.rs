//! Counts who holds how much of a resource.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ClientNetwork;

/// The part that is reserved for networks that agents come from: an eighth.
const KEPT: usize = 8;

/// How many networks of agents are remembered.
const AGENTS: usize = 4_096;

/// A resource that is limited, in total and for each.
pub(super) struct Permits<K> {
    most: usize,
    each: usize,
    held: Arc<Mutex<Held<K>>>,
}

struct Held<K> {
    all: usize,
    by: HashMap<K, usize>,
}

/// A permit, released when it is dropped.
pub(crate) struct Permit(Box<dyn Fn() + Send + Sync>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0();
    }
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static> Permits<K> {
    pub(super) fn new(most: usize, each: usize) -> Self {
        Self { most, each, held: Arc::new(Mutex::new(Held { all: 0, by: HashMap::new() })) }
    }

    /// Takes a permit for `whom`. A known network may use what is reserved, and up to half of all: an entire
    /// office may be behind it.
    pub(super) fn acquire(&self, whom: K, is_known: bool) -> Option<Permit> {
        let mut held = lock(&self.held);
        let most = if is_known { self.most } else { self.most - self.most / KEPT };
        let own = held.by.get(&whom).copied().unwrap_or_default();
        let each = if is_known { self.most / 2 } else { self.each };
        if held.all >= most || own >= each {
            return None;
        }
        held.all += 1;
        held.by.insert(whom, own + 1);
        Some(self.permit(Some(whom)))
    }

    /// Takes a permit for a holder that stands for many.
    pub(super) fn acquire_for_proxy(&self) -> Option<Permit> {
        let mut held = lock(&self.held);
        if held.all >= self.most {
            return None;
        }
        held.all += 1;
        Some(self.permit(None))
    }

    fn permit(&self, whom: Option<K>) -> Permit {
        let held = self.held.clone();
        Permit(Box::new(move || {
            let mut held = lock(&held);
            held.all -= 1;
            let Some(whom) = whom else { return };
            if let Some(own) = held.by.get_mut(&whom) {
                *own -= 1;
                if *own == 0 {
                    held.by.remove(&whom);
                }
            }
        }))
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The client networks that agents have come from.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<ClientNetwork, u64>>);

impl Known {
    pub(super) fn knows(&self, whom: ClientNetwork) -> bool {
        lock(&self.0).contains_key(&whom)
    }

    pub(super) fn note(&self, whom: ClientNetwork) {
        let mut known = lock(&self.0);
        let latest = known.values().max().map_or(0, |latest| latest + 1);
        if known.len() >= AGENTS
            && let Some(first) = known.iter().min_by_key(|(_, at)| **at).map(|(whom, _)| *whom)
        {
            known.remove(&first);
        }
        known.insert(whom, latest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(last: u8) -> ClientNetwork {
        ClientNetwork::of([127, 0, 0, last].into())
    }

    #[test]
    fn each_has_so_much_and_strangers_leave_room_for_agents() {
        let permits = Permits::new(16, 10);
        let take = |last, is_known| permits.acquire(network(last), is_known);
        let mut first: Vec<_> = (0..10).map(|_| take(1, false).unwrap()).collect();
        assert!(take(1, false).is_none(), "one address has its ten");
        let others: Vec<_> = (0..4).map(|_| take(2, false).unwrap()).collect();
        assert!(take(3, false).is_none(), "the last two are kept");
        let agents: Vec<_> = (0..2).map(|_| take(4, true).unwrap()).collect();
        assert!(take(4, true).is_none(), "there are no more");
        assert!(permits.acquire_for_proxy().is_none());
        first.pop();
        assert!(take(4, true).is_some(), "what is given back can be had");
        drop((first, others, agents));
        let held = permits.held.lock().unwrap();
        assert_eq!((held.all, held.by.len()), (0, 0));
    }

    #[test]
    fn as_many_addresses_of_agents_are_remembered_as_there_is_room_for() {
        let known = Known::default();
        for number in 0..5_000_u32 {
            known.note(ClientNetwork::of(std::net::Ipv4Addr::from(number).into()));
        }
        assert_eq!(known.0.lock().unwrap().len(), AGENTS);
        assert!(!known.knows(ClientNetwork::of([0, 0, 0, 0].into())));
        assert!(known.knows(ClientNetwork::of([0, 0, 19, 135].into())));
    }
}
