//! Watches the inboxes' mailboxes. First an email is stored, then the position is recorded. An email that was
//! stored without its position is stored again, which is harmless.

use std::collections::HashMap;
use std::time::Duration;

use domain::Domain;
use domain::mail::{Mailbox, Position};
use protocol::limits::MAIL_BYTES;
use protocol::{Backoff, InboundReason, InboxId, UnixMillis};
use time::{Duration as Days, OffsetDateTime};
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::imap::{ImapSession, Listed};

/// How often to look for mailboxes that were added, changed or removed.
const LOOK: Duration = Duration::from_secs(5);

/// How much is stored of an email that is left in its mailbox, in bytes.
const HEADER_BYTES: usize = 64 * 1024;

/// The longest problem that is reported, in characters.
const TROUBLE_CHARS: usize = 300;

/// How often to try to fetch an email before going on to the next.
const TRIES: u32 = 3;

/// Watches the mailboxes until the server stops.
pub(crate) async fn watch(domain: Domain, stopping: CancellationToken) {
    let mut look = interval(LOOK);
    let tasks = TaskTracker::new();
    let mut watched: HashMap<InboxId, (String, CancellationToken)> = HashMap::new();
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = stopping.cancelled() => break,
        }
        let mailboxes = match domain.mailboxes().await {
            Ok(mailboxes) => mailboxes,
            Err(error) => {
                tracing::warn!(%error, "can't read the list of mailboxes");
                continue;
            }
        };
        watched.retain(|inbox, (url, stop)| {
            let stays = mailboxes.iter().any(|one| one.inbox == *inbox && one.url == *url);
            if !stays {
                stop.cancel();
            }
            stays
        });
        for Mailbox { inbox, url, .. } in mailboxes {
            watched.entry(inbox).or_insert_with(|| {
                let stop = stopping.child_token();
                tasks.spawn(read_on(domain.clone(), inbox, url.clone(), stop.clone()));
                (url, stop)
            });
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// Reads one mailbox until it is stopped. Starts over after errors.
async fn read_on(domain: Domain, inbox: InboxId, url: String, stopping: CancellationToken) {
    let mut backoff = Backoff::default();
    let mut stuck = Stuck::default();
    loop {
        let ended = tokio::select! {
            ended = read(&domain, inbox, &url, &mut stuck, &mut backoff, &stopping) => ended,
            () = stopping.cancelled() => return,
        };
        if stopping.is_cancelled() {
            return;
        }
        let Err(error) = ended else { continue };
        // The causes may quote what the server sent: an email, or whatever else listens there. They are for the
        // operator's log only.
        let trouble: String = error.to_string().chars().take(TROUBLE_CHARS).collect();
        tracing::warn!(%inbox, trouble = format!("{error:#}"), "can't read a mailbox, will retry");
        if let Err(error) = domain.note_mailbox_trouble(inbox, &url, trouble).await {
            tracing::warn!(%error, "can't record the problem with a mailbox");
        }
        let chance = domain.ambient().bytes();
        let wait = Duration::from_millis(backoff.next_ms(u32::from_be_bytes(chance)).into());
        tokio::select! {
            () = sleep(wait) => {}
            () = stopping.cancelled() => return,
        }
    }
}

/// The email that could not be fetched, and how many attempts were made.
#[derive(Default)]
struct Stuck {
    uid: u32,
    tries: u32,
}

async fn read(
    domain: &Domain,
    inbox: InboxId,
    url: &str,
    stuck: &mut Stuck,
    backoff: &mut Backoff,
    stopping: &CancellationToken,
) -> anyhow::Result<()> {
    let mut session = ImapSession::open(url).await?;
    let known = domain.mailboxes().await?.into_iter().find(|one| one.inbox == inbox);
    let Some(known) = known else { return gone(stopping).await };
    let mut position = match known.position {
        Some(position) if position.uid_validity == session.uid_validity => position,
        // All emails have new numbers. Those since the last look are read again, and most are known already.
        Some(_) => {
            let last = session.last().await?;
            let again = session.since(&day_before(known.looked_at_ms.unwrap_or_default())).await?;
            for mail in again {
                ingest(domain, inbox, &mut session, mail, stuck).await?;
            }
            session.position(last)
        }
        // Emails from before the mailbox was added are not ours to answer.
        None => {
            let last = session.last().await?;
            session.position(last)
        }
    };
    if !domain.note_mailbox(inbox, url, position).await? {
        return gone(stopping).await;
    }
    tracing::info!(%inbox, "watching a mailbox");
    loop {
        // Emails that arrive while others are fetched are announced in passing.
        loop {
            let new = session.after(position.uid).await?;
            if new.is_empty() {
                break;
            }
            for mail in new {
                ingest(domain, inbox, &mut session, mail, stuck).await?;
                position = Position { uid: mail.uid, ..position };
                if !domain.note_mailbox(inbox, url, position).await? {
                    return gone(stopping).await;
                }
                // There is progress: what fails next starts with short waits again.
                backoff.reset();
            }
        }
        match session.listen(stopping).await? {
            Some(again) => {
                // Only now: a server that ends each session when it should listen is not asked again and again.
                backoff.reset();
                session = again;
            }
            None => return Ok(()),
        }
    }
}

/// Waits to be stopped: the mailbox was just removed, and the watcher will notice.
async fn gone(stopping: &CancellationToken) -> anyhow::Result<()> {
    stopping.cancelled().await;
    Ok(())
}

/// Stores an email, or records why it is left in the mailbox.
async fn ingest(
    domain: &Domain,
    inbox: InboxId,
    session: &mut ImapSession,
    mail: Listed,
    stuck: &mut Stuck,
) -> anyhow::Result<()> {
    let Listed { uid, bytes } = mail;
    if stuck.uid != uid {
        *stuck = Stuck { uid, tries: 0 };
    }
    // The emails after it must not wait forever.
    if stuck.tries >= TRIES {
        let name = format!("{}:{uid}", session.uid_validity).into_bytes().into();
        domain.leave_inbound(inbox, name, bytes, InboundReason::Unreadable).await?;
        return Ok(());
    }
    stuck.tries += 1;
    let content = session.fetch(uid, bytes <= MAIL_BYTES).await?;
    // From here on a failure is the store's, not the email's.
    stuck.tries -= 1;
    let length = bytes.max(content.len() as u64);
    if length > MAIL_BYTES {
        let headers = content.slice(..content.len().min(HEADER_BYTES));
        domain.leave_inbound(inbox, headers, length, InboundReason::TooLarge).await?;
        return Ok(());
    }
    // Someone else has just removed it.
    if content.is_empty() {
        return Ok(());
    }
    domain.ingest_inbound(inbox, content, None).await?;
    if let Err(error) = session.mark(uid).await {
        tracing::debug!(%inbox, %error, "can't mark a stored email as read");
    }
    Ok(())
}

/// The day before a time in milliseconds since 1970 (UTC), as IMAP writes it (RFC 3501, section 9).
fn day_before(at_ms: UnixMillis) -> String {
    let seconds = i64::try_from(at_ms.seconds()).unwrap_or(0);
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let day = at.saturating_sub(Days::days(1)).date();
    let month = day.month().to_string();
    format!("{}-{}-{}", day.day(), &month[..3], day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_imap_does() {
        assert_eq!(day_before(UnixMillis(1_735_776_000_000)), "1-Jan-2025");
        assert_eq!(day_before(UnixMillis(0)), "31-Dec-1969");
    }
}
