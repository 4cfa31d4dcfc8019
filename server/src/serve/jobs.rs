//! Background jobs: ending snoozes, assigning the queue, announcing availability, sweeping.
//!
//! What to do is read from the store each time: nothing is remembered here that a restart could lose.

use std::time::Duration;

use domain::Domain;
use tokio::time::{Instant, interval, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;

/// How often to look for snoozes that are over, and at the queue.
const WAKE: Duration = Duration::from_secs(5);

/// How often to look for business hours that begin or end.
const HOURS: Duration = Duration::from_secs(20);

/// How often to delete what has expired, such as ended sessions and files that nobody sent.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// How long an agent may be gone before visitors are told: someone who reloads a page was never away.
const FLICKER: Duration = Duration::from_secs(2);

/// Runs jobs until the server stops.
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
                said("positions in the queue", domain.tell_queues().await);
            }
            () = sleep_until(later), if tell_at.is_some() => {
                tell_at = None;
                said("availability", domain.tell_availability().await);
            }
            _ = hours.tick() => said("availability", domain.tell_availability().await),
            _ = wake.tick() => {
                said("snoozes", domain.wake_conversations().await.map(drop));
                said("summaries", domain.enqueue_summaries().await);
                said("conversations of former agents", domain.release_left_behind().await);
                // Room that another process made is not announced here.
                said("the queue", domain.serve_queue().await);
                said("positions in the queue", domain.tell_queues().await);
            }
            () = stopping.cancelled() => return,
        }
    }
}

/// Sweeps until the server stops. A task of its own, because the blob store may be slow.
pub(super) async fn sweep(domain: Domain, stopping: CancellationToken) {
    let mut sweep = interval(SWEEP);
    loop {
        tokio::select! {
            _ = sweep.tick() => {}
            () = stopping.cancelled() => return,
        }
        said("retention", domain.erase_old().await);
        said("expired logins", domain.sweep_logins().await);
        said("dropped emails", domain.sweep_mails().await);
        said("inbound emails", domain.sweep_inbound().await);
        tokio::select! {
            swept = domain.sweep_files() => said("files", swept),
            () = stopping.cancelled() => return,
        }
    }
}

/// Logs a failed job. It runs again at its next turn.
fn said(what: &str, outcome: domain::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, what, "a background job failed and will run again");
    }
}
