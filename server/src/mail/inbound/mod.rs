//! How mail comes in: handed over by a provider, or fetched from a mailbox. What becomes of it is
//! `domain`'s to decide.

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
pub(crate) use webhook::take;
pub(crate) use wrapped::BODY_BYTES;

/// How often it is looked for what is to be read, besides when something comes in.
const LOOK: Duration = Duration::from_secs(5);

/// How many are looked at together. They are read one at a time: one may have 28 MB.
const TOGETHER: u64 = 20;

/// Reads what came in until the server stops. What is to be read is asked of the store each time:
/// nothing is remembered here that a restart could lose.
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
            tracing::warn!(%error, "what came in by mail could not be read, and is read again");
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
            // One that can't be settled now must not keep the others: its turn comes again.
            if let Err(error) = domain.read_inbound(id).await {
                tracing::warn!(%error, mail = %id, "a mail that came in is read again later");
                has_failed = true;
            }
        }
        // What is in the way of one may be in the way of all.
        if has_failed {
            return Ok(());
        }
    }
}
