//! A test fixture: a real database, a clock that tests move, and repeatable randomness.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use domain::agent::{Agent, NewAgent, Role, Visibility};
use domain::file::BlobStore;
use domain::inbox::Inbox;
use domain::login::{Attempt, Source};
use domain::mail::MailRules;
use domain::visitor::VisitorIdentity;
use domain::{Ambient, Clock, Domain, Entropy, Keys, Store};
use migrations::{Migrator, MigratorTrait};
use protocol::{AgentId, ClientId, Filter, Presence, Summary, UnixMillis, VisitorId};
use sea_orm::Statement;
use testbed::{Kind, TestDatabase};

#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicU64>, Arc<AtomicU64>);

impl Clock for Counter {
    fn now_ms(&self) -> UnixMillis {
        UnixMillis(1_700_000_000_000_u64.wrapping_add(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

impl Counter {
    /// Moves the clock.
    pub(crate) fn pass_ms(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    /// Moves the clock back. Random values still don't repeat.
    pub(crate) fn put_back_ms(&self, ms: u64) {
        self.0.fetch_sub(ms, Ordering::Relaxed);
    }
}

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.1.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (byte, value) in bytes.iter_mut().rev().zip(number.iter().rev()) {
            *byte = *value;
        }
    }
}

/// Statements with their values.
pub(crate) type Statements = Arc<Mutex<Vec<Statement>>>;

pub(crate) struct Fixture {
    pub(crate) domain: Domain,
    pub(crate) inbox: Inbox,
    pub(crate) ticks: Counter,
    pub(crate) database: TestDatabase,
    /// The blob store's folder.
    pub(crate) files: tempfile::TempDir,
    /// All statements that were run.
    pub(crate) asked: Statements,
}

impl Fixture {
    pub(crate) async fn on(kind: Kind) -> Self {
        let files = tempfile::tempdir().unwrap();
        let database = TestDatabase::migrated(kind, migrate).await;
        Self::open(database, files, Counter::default()).await
    }

    pub(crate) async fn open(
        database: TestDatabase,
        files: tempfile::TempDir,
        ticks: Counter,
    ) -> Self {
        let mut store = Store::open(database.address()).await.unwrap();
        let asked = Statements::default();
        let seen = asked.clone();
        store.watch(move |info| seen.lock().unwrap().push(info.statement.clone()));
        let blobs = BlobStore::folder(files.path()).unwrap();
        let ambient =
            Ambient::new(ticks.clone(), ticks.clone(), Keys::parse(&"5a".repeat(32)).unwrap());
        let rules = MailRules { from: Some("chat@example.org".into()), ..MailRules::default() };
        let domain = Domain::start(store, blobs, ambient).with_mail_rules(rules);
        domain.ensure_inbox().await.unwrap();
        let inbox = domain.find_inbox(None).await.unwrap();
        Self { domain, inbox, ticks, database, files, asked }
    }

    /// Stops the domain and starts it again on the same database.
    pub(crate) async fn restart(self) -> Self {
        let Self { domain, database, files, ticks, .. } = self;
        domain.finish().await;
        Self::open(database, files, ticks).await
    }

    pub(crate) fn visitor(&self) -> VisitorIdentity {
        // A visitor without a token is just a new id until something is written.
        VisitorIdentity { inbox: self.inbox.id, visitor: VisitorId(self.domain.ambient().uuid()) }
    }
}

/// Runs the migrations, as the program does at startup.
pub(crate) async fn migrate(address: String) {
    let store = Store::open(&address).await.unwrap();
    Migrator::up(store.for_migrations(), None).await.unwrap();
    store.close().await.unwrap();
}

pub(crate) fn client_id(number: u128) -> ClientId {
    ClientId(uuid::Uuid::from_u128(number))
}

pub(crate) async fn agent(domain: &Domain, email: &str) -> Agent {
    let new =
        NewAgent { email: email.into(), name: "Mia".into(), password: "correct horse".into() };
    domain.create_agent(new, Role::Agent).await.unwrap()
}

/// The source of the tests' requests.
pub(crate) fn source() -> Source {
    let address = std::net::IpAddr::from([127, 0, 0, 1]);
    Source { address, network: address, browser: Some("A browser".into()) }
}

/// Logs in from an unknown browser.
pub(crate) async fn log_in(domain: &Domain, email: &str, password: &str) -> domain::Result<Agent> {
    let (email, password) = (email.to_owned(), password.to_owned());
    domain.log_in(Attempt { email, password, device: None }, &source()).await
}

/// An agent who sees everything and does nothing.
pub(crate) fn looker() -> Agent {
    Agent {
        id: AgentId(uuid::Uuid::nil()),
        email: String::new(),
        name: String::new(),
        role: Role::Owner,
        presence: Presence::Offline,
        capacity: None,
        skills: Vec::new(),
        visibility: Visibility::All,
        is_active: true,
        is_invited: false,
        epoch: 0,
    }
}

/// The conversations that this agent sees.
pub(crate) async fn listed(domain: &Domain, agent: &Agent) -> Vec<Summary> {
    let all = domain.list_conversations(agent, &Filter::ALL, None, 200).await;
    all.unwrap().conversations
}

/// The only conversation, as this agent sees it.
pub(crate) async fn only(domain: &Domain, agent: &Agent) -> Summary {
    let mut all = listed(domain, agent).await;
    assert_eq!(all.len(), 1);
    all.remove(0)
}
