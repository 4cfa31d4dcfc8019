//! The writer: the tasks that write the rows of the chat path.
//!
//! There is one task for SQLite and several for a database server, and a conversation is always written by
//! the same one. A task takes what is waiting, writes it in one transaction and commits once, so that many sends
//! share one sync of the disk. It owns the transaction: a request that is dropped halfway can't leave a connection
//! inside one. After the commit it acknowledges, then publishes.
//!
//! What the chat does is a [`Decision`]: those that wait together are read, decided and written as one set (see
//! [`crate::conversation::core`]). Everything else is a [`Command`], which reads and writes by itself.
//!
//! Other nodes write the same rows. The rows that decisions depend on are therefore locked (`lock_exclusive`,
//! which SQLite neither needs nor supports), and a batch that conflicts with another node's is retried.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::ambient::Ambient;
use crate::command::{Command, Shard, Write};
use crate::conversation::core::{Decision, Desk, Needs, Stop};
use crate::conversation::set::{Pending, Undecided, carry_out};
use crate::directory::Directories;
use crate::error::{Error, Result};
use crate::hub::{Hub, HubEvent};
use crate::pace::Pace;
use crate::search::{IndexEntries, Unindexed};
use crate::store::{Store, is_out_of_reach, is_retryable};

/// The most commands that wait for a task. When that many wait, further senders wait, too.
const QUEUE: usize = 1_024;

/// The most commands in one transaction.
const BATCH: usize = 128;

/// How long the search index may lack a message that was acknowledged.
const INDEX_WITHIN: Duration = Duration::from_millis(500);

/// How often a batch is retried before what is in it is tried one by one.
const RETRIES: u32 = 3;

/// What the tasks write with.
#[derive(Clone)]
struct Tools {
    db: DatabaseConnection,
    ambient: Ambient,
    hub: Hub,
    directories: Directories,
    unindexed: Unindexed,
}

impl Tools {
    fn write<'a>(&'a self, tx: &'a DatabaseTransaction) -> Write<'a> {
        let Self { ambient, hub, directories, unindexed, .. } = self;
        Write { tx, ambient, hub, directories, unindexed, news: Vec::new() }
    }
}

/// A handle on the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    shards: Arc<[mpsc::Sender<Job>]>,
    directories: Directories,
    unindexed: Unindexed,
}

impl Writer {
    /// Starts the tasks. They end when the last handle is dropped and all that waits is written.
    pub(crate) fn start(store: &Store, ambient: &Ambient, hub: &Hub, tasks: &TaskTracker) -> Self {
        let tools = Tools {
            db: store.writer.clone(),
            ambient: ambient.clone(),
            hub: hub.clone(),
            directories: Directories::default(),
            unindexed: Unindexed::new(store.writer.get_database_backend()),
        };
        let start = |_| {
            let (jobs, waiting) = mpsc::channel(QUEUE);
            tasks.spawn(run(tools.clone(), waiting));
            jobs
        };
        let shards = (0..store.kind.writers()).map(start).collect();
        Self { shards, directories: tools.directories, unindexed: tools.unindexed }
    }

    /// The directory that the tasks decide with.
    pub(crate) fn directories(&self) -> &Directories {
        &self.directories
    }

    /// Whether the search index may lack messages that were acknowledged.
    pub(crate) fn has_unindexed(&self) -> bool {
        self.unindexed.has_any()
    }

    /// Makes a change and waits until it is on disk. Dropping the future does not undo the change.
    pub(crate) async fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        let (reply, answer) = oneshot::channel();
        let shard = command.shard();
        self.send(shard, Job::Command(Box::new(Ordered { command, done: None, reply }))).await?;
        answer.await.map_err(|_| Error::Stopped)?
    }

    /// Carries out a decision and waits until it is on disk. Dropping the future does not undo it.
    pub(crate) async fn decide<D: Decision>(&self, decision: D) -> Result<D::Output> {
        let (reply, answer) = oneshot::channel();
        let shard = shard_of(&decision.needs());
        let pending = Pending::new(decision);
        self.send(shard, Job::Decision(Box::new(Asked { pending, reply }))).await?;
        answer.await.map_err(|_| Error::Stopped)?
    }

    async fn send(&self, Shard(shard): Shard, job: Job) -> Result<()> {
        let task = &self.shards[usize::from(shard) % self.shards.len()];
        task.send(job).await.map_err(|_| Error::Stopped)
    }
}

/// Where a decision goes: where its visitor's go, or its conversation's.
fn shard_of(needs: &Needs) -> Shard {
    let visitor = needs.visitors.first().map(|id| Shard::of(*id));
    let conversation = needs.conversations.first().map(|id| Shard::of(*id));
    visitor.or(conversation).unwrap_or(Shard::ANY)
}

/// What waits for a task.
enum Job {
    Decision(Box<dyn AnyDecision>),
    Command(Box<dyn AnyCommand>),
}

impl Job {
    fn finish(self, commit: Result<()>) {
        match self {
            Self::Decision(decision) => decision.finish(commit),
            Self::Command(command) => command.finish(commit),
        }
    }
}

/// A decision with its output type erased.
trait AnyDecision: Undecided {
    fn finish(self: Box<Self>, commit: Result<()>);
}

struct Asked<D: Decision> {
    pending: Pending<D>,
    reply: oneshot::Sender<Result<D::Output>>,
}

impl<D: Decision> Undecided for Asked<D> {
    fn needs(&self) -> Needs {
        self.pending.needs()
    }

    fn decide(&mut self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        self.pending.decide(desk)
    }

    fn refuse(&mut self, error: Error) {
        self.pending.refuse(error);
    }
}

impl<D: Decision> AnyDecision for Asked<D> {
    fn finish(self: Box<Self>, commit: Result<()>) {
        answer(self.reply, self.pending.into_done(), commit);
    }
}

/// A command with its output type erased.
trait AnyCommand: Send {
    fn apply<'a, 'b: 'a>(
        &'a mut self,
        write: &'a mut Write<'b>,
    ) -> Pin<Box<dyn Future<Output = Applied> + Send + 'a>>;
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

struct Ordered<C: Command> {
    command: C,
    done: Option<Result<C::Output>>,
    reply: oneshot::Sender<Result<C::Output>>,
}

impl<C: Command> Ordered<C> {
    async fn apply(&mut self, write: &mut Write<'_>) -> Applied {
        let mut done = self.command.apply(write).await;
        if C::CHANGES_DIRECTORY
            && done.is_ok()
            && let Err(error) = crate::directory::changed(write.tx, write.ambient).await
        {
            done = Err(error);
        }
        let applied = match &done {
            Ok(_) => Applied::Well,
            Err(Error::Store(error)) if is_retryable(error) => Applied::Overtaken,
            Err(_) => Applied::Refused,
        };
        self.done = Some(done);
        applied
    }
}

impl<C: Command> AnyCommand for Ordered<C> {
    fn apply<'a, 'b: 'a>(
        &'a mut self,
        write: &'a mut Write<'b>,
    ) -> Pin<Box<dyn Future<Output = Applied> + Send + 'a>> {
        Box::pin(Self::apply(self, write))
    }

    fn overtaken(&self) -> Error {
        match &self.done {
            Some(Err(error)) => error.clone(),
            _ => Error::Stopped,
        }
    }

    fn finish(self: Box<Self>, commit: Result<()>) {
        answer(self.reply, self.done, commit);
    }
}

fn answer<T>(reply: oneshot::Sender<Result<T>>, done: Option<Result<T>>, commit: Result<()>) {
    let result = match (commit, done) {
        // A refusal may rest on what was not written, either.
        (Err(error), _) => Err(error),
        (Ok(()), Some(done)) => done,
        (Ok(()), None) => Err(Error::Stopped),
    };
    // If the request was dropped, nobody waits for the result. The change stays.
    let _dropped = reply.send(result);
}

async fn run(tools: Tools, mut waiting: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut index_at = Instant::now();
    let mut pace = Pace::new(index_at);
    loop {
        let is_due = tools.unindexed.has_any();
        let received = tokio::select! {
            () = tokio::time::sleep_until(index_at), if is_due => {
                index_at = Instant::now();
                if !index(&tools).await {
                    index_at += INDEX_WITHIN;
                }
                continue;
            }
            received = waiting.recv_many(&mut batch, BATCH) => received,
        };
        if received == 0 {
            break;
        }
        if let Some(wait) = pace.wait_after(received, Instant::now()) {
            tokio::time::sleep(wait).await;
            while batch.len() < BATCH
                && let Ok(job) = waiting.try_recv()
            {
                batch.push(job);
            }
            pace.count(batch.len() - received);
        }
        let committed = write_again(&tools, &mut batch).await;
        // What keeps conflicting with another node, or can't be read, must not hold up the others. But if the
        // database is out of reach, all of them fail at once.
        if committed.as_ref().is_err_and(|failed| !failed.is_of_all) && batch.len() > 1 {
            write_singly(&tools, &mut batch).await;
        } else {
            finish(&tools.hub, &mut batch, committed).await;
        }
    }
}

/// Why a batch was not written.
struct Failed {
    error: Error,
    /// Whether it would have failed whatever is in it.
    is_of_all: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let is_of_all = matches!(&error, Error::Store(error) if is_out_of_reach(error));
        Self { error, is_of_all }
    }
}

async fn write_singly(tools: &Tools, batch: &mut Vec<Job>) {
    let mut waiting = std::mem::take(batch).into_iter();
    while let Some(job) = waiting.next() {
        batch.push(job);
        let committed = write_again(tools, batch).await;
        if committed.as_ref().is_err_and(|failed| failed.is_of_all) {
            batch.extend(waiting.by_ref());
        }
        finish(&tools.hub, batch, committed).await;
    }
}

/// Indexes messages that the search index lacks. Returns whether there are more.
async fn index(tools: &Tools) -> bool {
    let (reply, mut answer) = oneshot::channel();
    let command = Ordered { command: IndexEntries, done: None, reply };
    let mut alone = vec![Job::Command(Box::new(command))];
    let committed = write_again(tools, &mut alone).await;
    finish(&tools.hub, &mut alone, committed).await;
    match answer.try_recv() {
        Ok(Ok(has_more)) => {
            tools.unindexed.set(has_more);
            has_more
        }
        _ => false,
    }
}

/// Acknowledges, then publishes. Comes after the commit.
async fn finish(hub: &Hub, batch: &mut Vec<Job>, committed: Result<Vec<HubEvent>, Failed>) {
    let (outcome, news) = match committed {
        Ok(news) => (Ok(()), news),
        Err(Failed { error, .. }) => {
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
async fn write_again(tools: &Tools, batch: &mut [Job]) -> Result<Vec<HubEvent>, Failed> {
    let mut tries = 0;
    loop {
        let written = write_batch(tools, batch).await;
        match &written {
            Err(Failed { error: Error::Store(error), .. })
                if tries < RETRIES && is_retryable(error) =>
            {
                tries += 1;
                tracing::debug!(%error, tries, "retrying a batch");
                // Wait a random time, so that the two do not conflict again at once.
                let [random] = tools.ambient.bytes();
                tokio::time::sleep(Duration::from_millis(u64::from(random >> 3) + 1)).await;
            }
            _ => return written,
        }
    }
}

async fn write_batch(tools: &Tools, batch: &mut [Job]) -> Result<Vec<HubEvent>, Failed> {
    // IMMEDIATE takes the write lock at the start: a deferred transaction that has already read can't wait
    // for it later (sqlite.org/lang_transaction.html).
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let all = |error: DbErr| Failed { error: error.into(), is_of_all: true };
    let tx = tools.db.begin_with_options(options).await.map_err(all)?;
    let news = write_in(tools, &tx, batch).await?;
    tx.commit().await.map_err(all)?;
    Ok(news)
}

async fn write_in(
    tools: &Tools,
    tx: &DatabaseTransaction,
    batch: &mut [Job],
) -> Result<Vec<HubEvent>> {
    let mut news = Vec::new();
    let mut waiting = batch.iter_mut().peekable();
    while let Some(job) = waiting.next() {
        match job {
            Job::Decision(decision) => {
                let mut set: Vec<&mut dyn Undecided> = vec![&mut **decision];
                while let Some(Job::Decision(next)) =
                    waiting.next_if(|job| matches!(job, Job::Decision(_)))
                {
                    set.push(&mut **next);
                }
                let mut write = tools.write(tx);
                carry_out(&mut write, &mut set).await?;
                news.append(&mut write.news);
            }
            Job::Command(command) => {
                news.append(&mut apply(tools, tx, &mut **command).await?);
            }
        }
    }
    Ok(news)
}

/// Applies a command in a savepoint, so that if it is refused, nothing of it stays.
async fn apply(
    tools: &Tools,
    tx: &DatabaseTransaction,
    command: &mut dyn AnyCommand,
) -> Result<Vec<HubEvent>> {
    let savepoint = tx.begin().await?;
    let mut write = tools.write(&savepoint);
    let applied = command.apply(&mut write).await;
    let news = std::mem::take(&mut write.news);
    match applied {
        Applied::Well => {
            savepoint.commit().await?;
            Ok(news)
        }
        Applied::Refused => {
            savepoint.rollback().await?;
            Ok(Vec::new())
        }
        Applied::Overtaken => {
            // On a deadlock, MySQL has rolled back the whole transaction: there is no savepoint left.
            drop(savepoint);
            Err(command.overtaken())
        }
    }
}
