//! How email comes in: delivered by a provider, or fetched from a mailbox. `domain` decides what becomes of it.

mod imap;
mod mailbox;
mod raw;
mod webhook;
mod wrapped;

use std::time::Duration;

use domain::Domain;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

pub(crate) use imap::try_mailbox;
pub(crate) use mailbox::watch;
pub(crate) use raw::raw;
pub(crate) use webhook::receive;
pub(crate) use wrapped::BODY_BYTES;

/// How often to look for stored emails to read, besides whenever one comes in.
const LOOK: Duration = Duration::from_secs(5);

/// How many are listed together. They are read one at a time, because each may have 28 MB.
const TOGETHER: u64 = 20;

/// Reads inbound emails until the server stops. What to read is asked of the store each time: nothing is
/// remembered here that a restart could lose.
pub(crate) async fn read(domain: Domain, stopping: CancellationToken) {
    let mut look = interval(LOOK);
    let mut moved = domain.inbound_moved();
    loop {
        tokio::select! {
            _ = look.tick() => {}
            Ok(()) = moved.changed() => {}
            () = stopping.cancelled() => return,
        }
        if let Err(error) = read_due(&domain, &stopping).await {
            tracing::warn!(%error, "can't read inbound emails, will retry");
        }
    }
}

async fn read_due(domain: &Domain, stopping: &CancellationToken) -> domain::Result<()> {
    loop {
        let due = domain.due_inbound(TOGETHER).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut has_failed = false;
        for id in due {
            if stopping.is_cancelled() {
                return Ok(());
            }
            // One that can't be read now must not hold up the others. It gets another turn.
            if let Err(error) = domain.process_inbound(id).await {
                tracing::warn!(%error, mail = %id, "can't read an inbound email, will retry");
                has_failed = true;
            }
        }
        // What blocks one may block all.
        if has_failed {
            return Ok(());
        }
    }
}
