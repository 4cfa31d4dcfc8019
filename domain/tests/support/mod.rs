//! A real SQLite file, a clock that is moved and randomness that repeats.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::agent::{Agent, NewAgent, Role};
use domain::inbox::Inbox;
use domain::visitor::VisitorIdentity;
use domain::{Ambient, Clock, Domain, Entropy, Store};
use migrations::{Migrator, MigratorTrait};
use protocol::ClientId;
use tempfile::TempDir;

#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicU64>);

impl Clock for Counter {
    fn now_ms(&self) -> u64 {
        1_700_000_000_000 + self.0.fetch_add(1, Ordering::Relaxed)
    }
}

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (byte, value) in bytes.iter_mut().rev().zip(number.iter().rev()) {
            *byte = *value;
        }
    }
}

pub(crate) struct Bench {
    pub(crate) domain: Domain,
    pub(crate) inbox: Inbox,
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::open(TempDir::new().expect("a temporary folder")).await
    }

    pub(crate) async fn open(folder: TempDir) -> Self {
        let path = folder.path().join("test.db");
        let store = Store::open(&format!("sqlite://{}", path.display())).await.unwrap();
        Migrator::up(store.for_migrations(), None).await.unwrap();
        let ticks = Counter::default();
        let domain = Domain::start(store, Ambient::new(ticks.clone(), ticks));
        domain.ensure_inbox().await.unwrap();
        let inbox = domain.find_inbox(None).await.unwrap();
        Self { domain, inbox, folder }
    }

    /// Stops, and starts on the same file.
    pub(crate) async fn restart(self) -> Self {
        let Self { domain, folder, .. } = self;
        domain.finish().await;
        Self::open(folder).await
    }

    pub(crate) fn visitor(&self) -> VisitorIdentity {
        self.domain.admit_visitor(&self.inbox, None, None).unwrap().0
    }
}

pub(crate) fn client_id(number: u128) -> ClientId {
    ClientId(uuid::Uuid::from_u128(number))
}

pub(crate) async fn agent(domain: &Domain, email: &str) -> Agent {
    let new =
        NewAgent { email: email.into(), name: "Mia".into(), password: "correct horse".into() };
    domain.create_agent(new, Role::Agent).await.unwrap()
}
