//! [`Domain`], the one object that the rest of the program calls.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;

use crate::ambient::Ambient;
use crate::availability::LastAnnounced;
use crate::file::{BlobStore, FileRules};
use crate::hub::Hub;
use crate::inbox::RefusedSites;
use crate::login::Attempts;
use crate::mail::MailRules;
use crate::store::Store;
use crate::writer::Writer;

/// How many uploads are written to the blob store at a time: each is held in memory as a whole.
const SHELVING: usize = 4;

/// How many images are scaled down at a time: a decoded one may take 200 MB.
const SHRINKING: usize = 1;

/// Porchlight's rules over one store. Clones share everything.
///
/// Its methods are defined in the modules that they concern: see [`crate::conversation`], [`crate::agent`],
/// [`crate::inbox`] and [`crate::visitor`].
#[derive(Clone)]
pub struct Domain {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) ambient: Ambient,
    pub(crate) told: LastAnnounced,
    pub(crate) blobs: BlobStore,
    pub(crate) shelving: Arc<Semaphore>,
    pub(crate) shrinking: Arc<Semaphore>,
    pub(crate) outbox: Arc<watch::Sender<u64>>,
    pub(crate) inbound: Arc<watch::Sender<u64>>,
    pub(crate) mail_rules: Arc<MailRules>,
    pub(crate) refused_sites: RefusedSites,
    pub(crate) attempts: Arc<Attempts>,
    pub(crate) file_rules: Arc<FileRules>,
    hub: Hub,
    tasks: TaskTracker,
}

impl Domain {
    /// Starts the writer on a migrated store. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(store: Store, blobs: BlobStore, ambient: Ambient) -> Self {
        let tasks = TaskTracker::new();
        let hub = Hub::default();
        let writer = Writer::start(&store, &ambient, &hub, &tasks);
        tasks.close();
        Self {
            store,
            writer,
            ambient,
            told: LastAnnounced::default(),
            blobs,
            shelving: Arc::new(Semaphore::new(SHELVING)),
            shrinking: Arc::new(Semaphore::new(SHRINKING)),
            outbox: Arc::new(watch::Sender::new(0)),
            inbound: Arc::new(watch::Sender::new(0)),
            mail_rules: Arc::default(),
            refused_sites: RefusedSites::default(),
            attempts: Arc::default(),
            file_rules: Arc::default(),
            hub,
            tasks,
        }
    }

    /// Sets the rules for the email of all inboxes.
    #[must_use]
    pub fn with_mail_rules(mut self, rules: MailRules) -> Self {
        self.mail_rules = Arc::new(rules);
        self
    }

    /// The hub, where sockets listen.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The store, for what is not part of the chat: sessions and health checks.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Time, randomness and ids.
    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// Waits until everything that was accepted is on disk. All other clones must be dropped first.
    pub async fn finish(self) {
        let Self { tasks, writer, .. } = self;
        drop(writer);
        tasks.wait().await;
    }
}
