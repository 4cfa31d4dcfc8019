//! What is done without being asked: snoozes that end, the queue, telling who is there, sweeping.
//!
//! What is to be done is read from the store each time: nothing is remembered here that a restart
//! could lose.

use std::time::Duration;

use domain::Domain;
use tokio::time::{Instant, interval, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;

/// How often it is looked for snoozes whose time has come, and at the queue.
const WAKE: Duration = Duration::from_secs(5);

/// How often it is looked for hours that begin or end.
const HOURS: Duration = Duration::from_secs(20);

/// How often ended sessions and files that nobody sent are dropped.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// How long an agent may be gone before visitors are told: somebody who loads a page again was never
/// away.
const FLICKER: Duration = Duration::from_secs(2);

/// Works until the server stops.
pub(super) async fn run(domain: Domain, stopping: CancellationToken) {
    let mut moved = domain.hub().moved();
    let mut wake = interval(WAKE);
    let mut hours = interval_at(Instant::now() + HOURS, HOURS);
    let mut tell_at: Option<Instant> = None;
    loop {
        let later = tell_at.unwrap_or_else(|| Instant::now() + HOURS);
        tokio::select! {
            Ok(()) = moved.changed() => {
                tell_at.get_or_insert_with(|| Instant::now() + FLICKER);
                said("the queue", domain.serve_queue().await);
                said("places in the queue", domain.tell_queues().await);
            }
            () = sleep_until(later), if tell_at.is_some() => {
                tell_at = None;
                said("who is there", domain.tell_availability().await);
            }
            _ = hours.tick() => said("who is there", domain.tell_availability().await),
            _ = wake.tick() => {
                said("snoozes", domain.wake_conversations().await.map(drop));
                said("summaries", domain.owe_summaries().await);
                said("what nobody has any more", domain.release_left_behind().await);
                // What made room elsewhere is not told here.
                said("the queue", domain.serve_queue().await);
                said("places in the queue", domain.tell_queues().await);
            }
            () = stopping.cancelled() => return,
        }
    }
}

/// Sweeps until the server stops. By itself: what holds the files may be slow.
pub(super) async fn sweep(domain: Domain, stopping: CancellationToken) {
    let mut sweep = interval(SWEEP);
    loop {
        tokio::select! {
            _ = sweep.tick() => {}
            () = stopping.cancelled() => return,
        }
        said("what is kept no longer", domain.erase_old().await);
        said("logins that are over", domain.sweep_logins().await);
        said("mails that were dropped", domain.sweep_mails().await);
        said("mails that came in", domain.sweep_inbound().await);
        tokio::select! {
            swept = domain.sweep_files() => said("files", swept),
            () = stopping.cancelled() => return,
        }
    }
}

/// A job that fails is tried again with its next turn.
fn said(what: &str, outcome: domain::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, what, "a job failed and is tried again");
    }
}
