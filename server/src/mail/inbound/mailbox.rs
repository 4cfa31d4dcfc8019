//! Watching the inboxes' mailboxes: what comes in is kept, and then the position is noted. A mail that
//! was kept and not noted is kept again, which is harmless.

use std::collections::HashMap;
use std::time::Duration;

use domain::Domain;
use domain::mail::{Mailbox, Position};
use protocol::limits::MAIL_BYTES;
use protocol::{Backoff, InboundReason, InboxId};
use time::{Duration as Days, OffsetDateTime};
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::imap::{Listed, Talk};

/// How often it is looked for mailboxes that were added, changed or taken away.
const LOOK: Duration = Duration::from_secs(5);

/// How much of a mail is kept that is left in its mailbox, in bytes.
const HEADER_BYTES: usize = 64 * 1024;

/// The longest trouble that is told, in characters.
const TROUBLE_CHARS: usize = 300;

/// How often a mail is tried to be fetched before the ones after it are.
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
                tracing::warn!(%error, "it could not be read which mailboxes there are");
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

/// Reads one mailbox until it is to stop, again and again.
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
        // What is behind it may be what the server sent: a mail, or what else listens at the address. That is for
        // the log of whoever runs the machine.
        let trouble: String = error.to_string().chars().take(TROUBLE_CHARS).collect();
        tracing::warn!(%inbox, trouble = format!("{error:#}"), "a mailbox can't be read, and is tried again");
        if let Err(error) = domain.note_mailbox_trouble(inbox, &url, trouble).await {
            tracing::warn!(%error, "the trouble with a mailbox could not be noted");
        }
        let chance = domain.ambient().bytes();
        let wait = Duration::from_millis(backoff.next_ms(u32::from_be_bytes(chance)).into());
        tokio::select! {
            () = sleep(wait) => {}
            () = stopping.cancelled() => return,
        }
    }
}

/// A mail that could not be fetched, and how often.
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
    let mut talk = Talk::open(url).await?;
    let known = domain.mailboxes().await?.into_iter().find(|one| one.inbox == inbox);
    let Some(known) = known else { return gone(stopping).await };
    let mut position = match known.position {
        Some(position) if position.uid_validity == talk.uid_validity => position,
        // All have new numbers: those since it was last looked come again, and most are known.
        Some(_) => {
            let last = talk.last().await?;
            let again = talk.since(&day_before(known.looked_at_ms.unwrap_or(0))).await?;
            for mail in again {
                take(domain, inbox, &mut talk, mail, stuck).await?;
            }
            talk.position(last)
        }
        // What was there before is not ours to answer.
        None => {
            let last = talk.last().await?;
            talk.position(last)
        }
    };
    if !domain.note_mailbox(inbox, url, position).await? {
        return gone(stopping).await;
    }
    tracing::info!(%inbox, "a mailbox is watched");
    loop {
        // What comes while others are fetched is told in passing.
        loop {
            let new = talk.after(position.uid).await?;
            if new.is_empty() {
                break;
            }
            for mail in new {
                take(domain, inbox, &mut talk, mail, stuck).await?;
                position = Position { uid: mail.uid, ..position };
                if !domain.note_mailbox(inbox, url, position).await? {
                    return gone(stopping).await;
                }
                // It goes on: what is in the way next is not tried as seldom as what was before.
                backoff.reset();
            }
        }
        match talk.listen(stopping).await? {
            Some(again) => {
                // A server that ends each talk where it is listened is not asked again and again.
                backoff.reset();
                talk = again;
            }
            None => return Ok(()),
        }
    }
}

/// The mailbox was taken away this moment: whoever watches will say so.
async fn gone(stopping: &CancellationToken) -> anyhow::Result<()> {
    stopping.cancelled().await;
    Ok(())
}

/// Keeps a mail, or notes why it is left in the mailbox.
async fn take(
    domain: &Domain,
    inbox: InboxId,
    talk: &mut Talk,
    mail: Listed,
    stuck: &mut Stuck,
) -> anyhow::Result<()> {
    let Listed { uid, bytes } = mail;
    if stuck.uid != uid {
        *stuck = Stuck { uid, tries: 0 };
    }
    // The mails after it must not wait for ever.
    if stuck.tries >= TRIES {
        let name = format!("{}:{uid}", talk.uid_validity).into_bytes().into();
        domain.leave_inbound(inbox, name, bytes, InboundReason::Unreadable).await?;
        return Ok(());
    }
    stuck.tries += 1;
    let content = talk.fetch(uid, bytes <= MAIL_BYTES).await?;
    // That the store is away is not the mail's fault.
    stuck.tries -= 1;
    let length = bytes.max(content.len() as u64);
    if length > MAIL_BYTES {
        let headers = content.slice(..content.len().min(HEADER_BYTES));
        domain.leave_inbound(inbox, headers, length, InboundReason::TooLarge).await?;
        return Ok(());
    }
    // Somebody was faster, and took it away.
    if content.is_empty() {
        return Ok(());
    }
    domain.keep_inbound(inbox, content, None).await?;
    if let Err(error) = talk.mark(uid).await {
        tracing::debug!(%inbox, %error, "a mail that was kept could not be marked as read");
    }
    Ok(())
}

/// The day before, as IMAP writes it (RFC 3501, section 9).
fn day_before(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1_000).unwrap_or(0);
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
        assert_eq!(day_before(1_735_776_000_000), "1-Jan-2025");
        assert_eq!(day_before(0), "31-Dec-1969");
    }
}
