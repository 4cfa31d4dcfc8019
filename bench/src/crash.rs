//! Kills the server under load, repeatedly, and compares what it acknowledged with what it stored.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use protocol::Seq;
use testbed::{Kind, TestDatabase};
use tokio::sync::Notify;
use tokio::time::{Duration, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::client::Visitor;
use crate::server::Server;

/// The number of visitors, who write all the time.
const VISITORS: usize = 24;

/// The messages that each has in flight at a time: fewer than a socket may send without a pause.
const AT_ONCE: usize = 6;

/// How long to wait for an acknowledgment before the run fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happened to the acknowledged messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Acknowledged messages.
    pub acked: u64,
    /// Acknowledged, but missing or at another position than the acknowledgment said.
    pub lost: u64,
    /// Stored more than once.
    pub duplicated: u64,
    /// Entries that do not directly follow the previous one.
    pub gaps: u64,
    /// Messages of one visitor that are not in the order of sending.
    pub reordered: u64,
}

impl Outcome {
    /// Whether something was done and nothing went wrong.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        self.acked > 0 && self.lost + self.duplicated + self.gaps + self.reordered == 0
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acked, lost, duplicated, gaps, reordered } = self;
        write!(
            f,
            "acked={acked} lost={lost} duplicated={duplicated} gaps={gaps} reordered={reordered}"
        )
    }
}

/// Runs `program` on an empty database, and kills it `kills` times under load.
///
/// # Errors
/// If the program can't be run, or does not come back.
pub async fn run(program: &Path, kind: Kind, kills: u32) -> anyhow::Result<Outcome> {
    let database = TestDatabase::new(kind).await;
    let mut server = Server::start(program, database.address()).await?;
    let key = server.key().await?;
    let stop = CancellationToken::new();
    let acked = Arc::new(Notify::new());
    let talking: Vec<_> = (0..VISITORS)
        .map(|_| {
            let visitor = Visitor::new(server.address, &key);
            tokio::spawn(talk(visitor, stop.clone(), acked.clone()))
        })
        .collect();

    for kill in 0..kills {
        // Each kill follows some acknowledgments since the last one, at an irregular moment.
        for _ in 0..=kill % 7 {
            timeout(PATIENCE, acked.notified()).await?;
        }
        sleep(Duration::from_millis(u64::from(kill * 37 % 90))).await;
        server.kill_and_start().await?;
    }
    timeout(PATIENCE, acked.notified()).await?;
    stop.cancel();
    let mut outcome = Outcome::default();
    for talk in talking {
        evaluate(timeout(PATIENCE, talk).await???, &mut outcome).await?;
    }
    Ok(outcome)
}

/// Writes until `stop`, reconnecting after every loss, until everything is acknowledged.
async fn talk(
    mut visitor: Visitor,
    stop: CancellationToken,
    acked: Arc<Notify>,
) -> anyhow::Result<Visitor> {
    loop {
        // Lost connections and requests to slow down are expected here.
        let _lost = chat(&mut visitor, &stop, &acked).await;
        if stop.is_cancelled() && visitor.acked.len() == visitor.sent.len() {
            return Ok(visitor);
        }
        sleep(Duration::from_millis(20)).await;
    }
}

async fn chat(
    visitor: &mut Visitor,
    stop: &CancellationToken,
    acked: &Notify,
) -> anyhow::Result<()> {
    visitor.connect().await?;
    visitor.until_acknowledged().await?;
    while !stop.is_cancelled() {
        for _ in 0..AT_ONCE {
            visitor.say().await?;
        }
        visitor.until_acknowledged().await?;
        acked.notify_waiters();
    }
    Ok(())
}

async fn evaluate(mut visitor: Visitor, outcome: &mut Outcome) -> anyhow::Result<()> {
    visitor.connect().await?;
    let log = visitor.read_log().await?;
    let mut names = HashSet::new();
    let mut before = Seq::START;
    for entry in &log {
        outcome.duplicated += u64::from(!names.insert(entry.client_id));
        outcome.gaps += u64::from(entry.prev != before || entry.seq != before.next());
        before = entry.seq;
    }
    let places: HashMap<_, _> = log.iter().map(|entry| (entry.client_id, entry.seq)).collect();
    outcome.acked += visitor.acked.len() as u64;
    for (client_id, seq) in &visitor.acked {
        outcome.lost += u64::from(places.get(client_id) != Some(seq));
    }
    let sent: Vec<_> = visitor.sent.iter().filter_map(|client_id| places.get(client_id)).collect();
    outcome.reordered += sent.windows(2).filter(|pair| pair[0] > pair[1]).count() as u64;
    Ok(())
}
