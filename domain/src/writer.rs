//! The writer: the tasks that write the rows of the chat path.
//!
//! There is one task for SQLite and several for a database server, and a conversation is always written by
//! the same one. A task takes the waiting commands, applies them in one transaction and commits once, so that
//! many sends share one sync of the disk. It owns the transaction: a request that is dropped halfway can't
//! leave a connection inside one. After the commit it acknowledges, then publishes.
//!
//! Other nodes write the same rows. Commands therefore lock the rows that their decisions depend on
//! (`lock_exclusive`, which SQLite neither needs nor supports), and a batch that conflicts with another
//! node's is retried.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use protocol::{ConversationId, VisitorId};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::ambient::Ambient;
use crate::error::{Error, Result};
use crate::hub::{Hub, HubEvent};
use crate::store::{Store, is_retryable};

/// The most commands that wait for a task. When that many wait, further senders wait, too.
const QUEUE: usize = 1_024;

/// The most commands in one transaction.
const BATCH: usize = 128;

/// How often a batch is retried before its commands are tried one by one.
const RETRIES: u32 = 3;

/// Which of the writer's tasks a command goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard(u8);

impl Shard {
    /// For commands that belong to no conversation.
    pub(crate) const ANY: Self = Self(0);

    /// For a visitor or their conversation: a conversation's id ends with its visitor's last byte (see
    /// [`conversation_id`]), so that both go to the same task.
    pub(crate) fn of(id: impl Into<Uuid>) -> Self {
        Self(id.into().as_bytes()[15])
    }
}

/// A new conversation's id, which ends with the last byte of its visitor's id.
pub(crate) fn conversation_id(new: Uuid, visitor: VisitorId) -> ConversationId {
    let mut bytes = new.into_bytes();
    bytes[15] = visitor.0.as_bytes()[15];
    ConversationId(Uuid::from_bytes(bytes))
}

/// A change that the writer can make.
#[async_trait]
pub(crate) trait Command: Send + Sync + 'static {
    /// What the caller gets once the change is on disk.
    type Output: Send + Sync + 'static;

    /// Which task makes the change.
    fn shard(&self) -> Shard;

    /// Makes the change. On an error it is rolled back, and the rest of the batch continues. It may be called
    /// again, in another transaction, after a conflict with another writer.
    async fn apply(&self, write: &mut Write<'_>) -> Result<Self::Output>;
}

/// What a command works with.
pub(crate) struct Write<'a> {
    pub(crate) tx: &'a DatabaseTransaction,
    pub(crate) ambient: &'a Ambient,
    /// Tells who is online.
    pub(crate) hub: &'a Hub,
    news: Vec<HubEvent>,
}

impl Write<'_> {
    /// Publishes an event once the change is on disk.
    pub(crate) fn publish(&mut self, news: HubEvent) {
        self.news.push(news);
    }
}

/// A handle on the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    shards: Arc<[mpsc::Sender<Box<dyn Job>>]>,
}

impl Writer {
    /// Starts the tasks. They end when the last handle is dropped and all waiting commands are written.
    pub(crate) fn start(store: &Store, ambient: &Ambient, hub: &Hub, tasks: &TaskTracker) -> Self {
        let start = |_| {
            let (jobs, waiting) = mpsc::channel(QUEUE);
            tasks.spawn(run(store.writer.clone(), ambient.clone(), hub.clone(), waiting));
            jobs
        };
        Self { shards: (0..store.kind.writers()).map(start).collect() }
    }

    /// Makes a change and waits until it is on disk. Dropping the future does not undo the change.
    pub(crate) async fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        let (reply, answer) = oneshot::channel();
        let Shard(shard) = command.shard();
        let pending = Pending { command, done: None, reply };
        self.shards[usize::from(shard) % self.shards.len()]
            .send(Box::new(pending))
            .await
            .map_err(|_| Error::Stopped)?;
        answer.await.map_err(|_| Error::Stopped)?
    }
}

/// A command with its output type erased.
#[async_trait]
trait Job: Send {
    async fn apply(&mut self, write: &mut Write<'_>) -> Applied;
    /// The error that caused [`Applied::Overtaken`].
    fn overtaken(&self) -> Error;
    fn finish(self: Box<Self>, commit: Result<()>);
}

/// The outcome of a command in its savepoint.
enum Applied {
    /// It can be committed.
    Well,
    /// It must be rolled back.
    Refused,
    /// Another writer was faster. It may succeed in a new transaction.
    Overtaken,
}

struct Pending<C: Command> {
    command: C,
    done: Option<Result<C::Output>>,
    reply: oneshot::Sender<Result<C::Output>>,
}

#[async_trait]
impl<C: Command> Job for Pending<C> {
    async fn apply(&mut self, write: &mut Write<'_>) -> Applied {
        let done = self.command.apply(write).await;
        let applied = match &done {
            Ok(_) => Applied::Well,
            Err(Error::Store(error)) if is_retryable(error) => Applied::Overtaken,
            Err(_) => Applied::Refused,
        };
        self.done = Some(done);
        applied
    }

    fn overtaken(&self) -> Error {
        match &self.done {
            Some(Err(error)) => error.clone(),
            _ => Error::Stopped,
        }
    }

    fn finish(self: Box<Self>, commit: Result<()>) {
        let result = match (commit, self.done) {
            (Err(error), None | Some(Ok(_))) => Err(error),
            (_, Some(done)) => done,
            (Ok(()), None) => Err(Error::Stopped),
        };
        // If the request was dropped, nobody waits for the result. The change stays.
        let _dropped = self.reply.send(result);
    }
}

async fn run(
    db: DatabaseConnection,
    ambient: Ambient,
    hub: Hub,
    mut waiting: mpsc::Receiver<Box<dyn Job>>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let committed = write_again(&db, &ambient, &hub, &mut batch).await;
        // A command that keeps conflicting with another node must not hold up the others.
        if matches!(&committed, Err(Error::Store(error)) if is_retryable(error)) {
            for job in batch.drain(..) {
                let mut alone = vec![job];
                let committed = write_again(&db, &ambient, &hub, &mut alone).await;
                finish(&hub, &mut alone, committed).await;
            }
        } else {
            finish(&hub, &mut batch, committed).await;
        }
    }
}

/// Acknowledges, then publishes. Comes after the commit.
async fn finish(hub: &Hub, batch: &mut Vec<Box<dyn Job>>, committed: Result<Vec<HubEvent>>) {
    let (outcome, news) = match committed {
        Ok(news) => (Ok(()), news),
        Err(error) => {
            tracing::error!(%error, commands = batch.len(), "could not write a batch");
            (Err(error), Vec::new())
        }
    };
    let seen = hub.now();
    for job in batch.drain(..) {
        job.finish(outcome.clone());
    }
    for news in news {
        hub.publish_to(&news, seen);
        // Let the tasks that write to sockets run before a whole batch is queued for them.
        tokio::task::yield_now().await;
    }
}

/// Writes a batch, and retries it if another writer was faster.
async fn write_again(
    db: &DatabaseConnection,
    ambient: &Ambient,
    hub: &Hub,
    batch: &mut [Box<dyn Job>],
) -> Result<Vec<HubEvent>> {
    let mut tries = 0;
    loop {
        let written = write_batch(db, ambient, hub, batch).await;
        match &written {
            Err(Error::Store(error)) if tries < RETRIES && is_retryable(error) => {
                tries += 1;
                tracing::debug!(%error, tries, "retrying a batch");
                // Wait a random time, so that the two do not conflict again at once.
                let [random] = ambient.bytes();
                tokio::time::sleep(Duration::from_millis(u64::from(random >> 3) + 1)).await;
            }
            _ => return written,
        }
    }
}

async fn write_batch(
    db: &DatabaseConnection,
    ambient: &Ambient,
    hub: &Hub,
    batch: &mut [Box<dyn Job>],
) -> Result<Vec<HubEvent>> {
    // IMMEDIATE takes the write lock at the start: a deferred transaction that has already read can't wait
    // for it later (sqlite.org/lang_transaction.html).
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(options).await?;
    let mut news = Vec::new();
    for job in batch {
        let savepoint = tx.begin().await?;
        let mut write = Write { tx: &savepoint, ambient, hub, news: Vec::new() };
        let applied = job.apply(&mut write).await;
        let mut told = std::mem::take(&mut write.news);
        match applied {
            Applied::Well => {
                news.append(&mut told);
                savepoint.commit().await?;
            }
            Applied::Refused => savepoint.rollback().await?,
            Applied::Overtaken => {
                // On a deadlock, MySQL has rolled back the whole transaction: there is no savepoint left.
                drop(savepoint);
                return Err(job.overtaken());
            }
        }
    }
    tx.commit().await?;
    Ok(news)
}
