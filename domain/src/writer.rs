//! The writer: the one task that writes the chat path's rows.
//!
//! It takes what is waiting, applies it in one transaction and commits once, so that a sync of the
//! disk is shared by many sends. It owns the transaction: a request that is dropped half-way can't
//! leave a connection inside one. After the commit it acknowledges, then publishes.

use async_trait::async_trait;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use crate::ambient::Ambient;
use crate::error::{Error, Result};
use crate::hub::{Hub, News};

/// The most commands that wait; more senders are made to wait in turn.
const QUEUE: usize = 1_024;

/// The most commands in one transaction.
const BATCH: usize = 128;

/// A change that the writer can make.
#[async_trait]
pub(crate) trait Command: Send + Sync + 'static {
    /// What the caller gets when the change is on disk.
    type Output: Send + Sync + 'static;

    /// Makes the change. On an error nothing of it stays, and the rest of the batch goes on.
    async fn apply(&self, write: &mut Write<'_>) -> Result<Self::Output>;
}

/// What a command has at hand.
pub(crate) struct Write<'a> {
    pub(crate) tx: &'a DatabaseTransaction,
    pub(crate) ambient: &'a Ambient,
    news: Vec<News>,
}

impl Write<'_> {
    /// Tells of the change, once it is on disk.
    pub(crate) fn publish(&mut self, news: News) {
        self.news.push(news);
    }
}

/// A handle on the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the task. It ends when the last handle is dropped and all that waited is written.
    pub(crate) fn start(
        db: DatabaseConnection,
        ambient: Ambient,
        hub: Hub,
        tasks: &TaskTracker,
    ) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tasks.spawn(run(db, ambient, hub, waiting));
        Self { jobs }
    }

    /// Makes a change and waits until it is on disk. Dropping the future does not undo the change.
    pub(crate) async fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        let (reply, answer) = oneshot::channel();
        let pending = Pending { command, done: None, reply };
        self.jobs.send(Box::new(pending)).await.map_err(|_| Error::Stopped)?;
        answer.await.map_err(|_| Error::Stopped)?
    }
}

/// A command whose output type is hidden.
#[async_trait]
trait Job: Send {
    async fn apply(&mut self, write: &mut Write<'_>) -> bool;
    fn finish(self: Box<Self>, commit: Result<()>);
}

struct Pending<C: Command> {
    command: C,
    done: Option<Result<C::Output>>,
    reply: oneshot::Sender<Result<C::Output>>,
}

#[async_trait]
impl<C: Command> Job for Pending<C> {
    async fn apply(&mut self, write: &mut Write<'_>) -> bool {
        let done = self.command.apply(write).await;
        let well = done.is_ok();
        self.done = Some(done);
        well
    }

    fn finish(self: Box<Self>, commit: Result<()>) {
        let result = match (commit, self.done) {
            (Err(error), None | Some(Ok(_))) => Err(error),
            (_, Some(done)) => done,
            (Ok(()), None) => Err(Error::Stopped),
        };
        // Nobody waits any more if the request was dropped: the change stays all the same.
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
        let committed = write_batch(&db, &ambient, &mut batch).await;
        let (outcome, news) = match committed {
            Ok(news) => (Ok(()), news),
            Err(error) => {
                tracing::error!(%error, commands = batch.len(), "a batch was not written");
                (Err(error), Vec::new())
            }
        };
        // Commit, then acknowledge, then publish.
        for job in batch.drain(..) {
            job.finish(outcome.clone());
        }
        for news in news {
            hub.publish(&news);
            // Writers of sockets get their turn before a whole batch is queued for them.
            tokio::task::yield_now().await;
        }
    }
}

async fn write_batch(
    db: &DatabaseConnection,
    ambient: &Ambient,
    batch: &mut [Box<dyn Job>],
) -> Result<Vec<News>> {
    // IMMEDIATE takes the write lock at once: a deferred transaction that has read can't wait for
    // it later (sqlite.org/lang_transaction.html).
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(options).await?;
    let mut news = Vec::new();
    for job in batch {
        let savepoint = tx.begin().await?;
        let mut write = Write { tx: &savepoint, ambient, news: Vec::new() };
        if job.apply(&mut write).await {
            news.append(&mut write.news);
            savepoint.commit().await?;
        } else {
            savepoint.rollback().await?;
        }
    }
    tx.commit().await?;
    Ok(news)
}
