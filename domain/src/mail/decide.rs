//! Whether a mail is sent, asked at the moment of sending.

use protocol::limits::MAIL_TRIED_MS;
use protocol::{MailKind, MailState, Status, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};

use super::Why;
use super::take::messages_of;
use crate::availability::is_anybody_available;
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::{conversation, entry, mail, visitor};
use crate::writer::Write;

/// What an address that nobody has proven, and what an inbox may cause, is counted over, in
/// milliseconds.
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// How long a mail waits for an inbox that had enough, in milliseconds.
const CAPPED_WAIT_MS: i64 = 10 * 60 * 1_000;

/// What is done with a mail that is due.
#[derive(Debug)]
pub(super) enum Decision {
    /// It is sent, with the messages between two positions.
    Send { address: String, from: i64, through: i64 },
    /// It is asked again then.
    Later { until_ms: i64 },
    /// It is not sent.
    Drop(Why),
}

/// Decides what is done with a mail. Its conversation is locked, and no other mail is taken meanwhile.
pub(super) async fn decide(
    write: &Write<'_>,
    row: &mail::Model,
    kind: MailKind,
    inbox: &Inbox,
    conversation: &conversation::Model,
    visitor: &visitor::Model,
) -> Result<Decision> {
    let question = Question { write, row, kind, inbox, conversation, visitor };
    if let Some(why) = question.is_settled_otherwise().await? {
        return Ok(Decision::Drop(why));
    }
    let Some((from, through)) = question.messages().await? else {
        return Ok(Decision::Drop(Why::Read));
    };
    let Some(address) = question.address() else {
        return Ok(Decision::Drop(Why::NoAddress));
    };
    // What visitors' addresses want is asked of them alone: the team's is the owner's to change.
    if is_to_visitor(kind) {
        let standing = super::standing(write.tx, inbox.id, &address).await?;
        if standing.is_unsubscribed {
            return Ok(Decision::Drop(Why::Unsubscribed));
        }
        if standing.bounced.is_some() {
            return Ok(Decision::Drop(Why::Bounced));
        }
    }
    if let Some(until_ms) = question.wait(&address).await? {
        // A mail that says only that words came in means nothing an hour later.
        return Ok(match kind {
            MailKind::Received => Decision::Drop(Why::Capped),
            _ => Decision::Later { until_ms },
        });
    }
    Ok(Decision::Send { address, from, through })
}

/// Whether it goes to an address that a visitor gave.
pub(super) const fn is_to_visitor(kind: MailKind) -> bool {
    matches!(kind, MailKind::Received | MailKind::UnreadReply | MailKind::Transcript)
}

struct Question<'a> {
    write: &'a Write<'a>,
    row: &'a mail::Model,
    kind: MailKind,
    inbox: &'a Inbox,
    conversation: &'a conversation::Model,
    visitor: &'a visitor::Model,
}

impl Question<'_> {
    /// What has made the mail needless.
    async fn is_settled_otherwise(&self) -> Result<Option<Why>> {
        if is_to_visitor(self.kind) && !self.inbox.mail.to_visitors {
            return Ok(Some(Why::Off));
        }
        if self.kind == MailKind::Transcript {
            // Somebody asked for it, whatever has become of the conversation.
            return Ok((!self.visitor.is_email_proven).then_some(Why::Unproven));
        }
        if self.conversation.archived_at_ms.is_some() {
            return Ok(Some(Why::Archived));
        }
        if self.kind == MailKind::UnreadReply {
            return Ok(None);
        }
        if self.conversation.status == Status::Resolved.as_str() {
            return Ok(Some(Why::Resolved));
        }
        if self.is_answered().await? {
            return Ok(Some(Why::Answered));
        }
        let now_ms = self.write.ambient.now_ms();
        let has_come = is_anybody_available(self.write.hub, self.inbox, now_ms);
        // What was tried may have arrived already: it is not left half-done.
        Ok((has_come && self.row.attempts == 0).then_some(Why::SomebodyCame))
    }

    /// Whether the last message is an agent's. A note is none.
    async fn is_answered(&self) -> Result<bool> {
        let last = entry::Entity::find()
            .filter(entry::Column::ConversationId.eq(self.conversation.id))
            .filter(entry::Column::Kind.eq("message"))
            .order_by_desc(entry::Column::Seq)
            .limit(1)
            .all(self.write.tx)
            .await?;
        Ok(last.first().is_some_and(|row| row.author_kind == "agent"))
    }

    /// From which message to which: those of the first try, or those that nobody has read and no other
    /// mail has. `None` if there are none.
    async fn messages(&self) -> Result<Option<(i64, i64)>> {
        let read = match self.kind {
            MailKind::UnreadReply => self.conversation.visitor_read_seq,
            MailKind::NobodyAvailable => self.conversation.team_read_seq,
            _ => 0,
        };
        if let (Some(from), Some(through)) = (self.row.from_seq, self.row.through_seq) {
            if self.kind == MailKind::Transcript {
                return Ok(Some((from, through)));
            }
            let is_left = through > read && !self.is_overtaken(from.max(read + 1), through).await?;
            return Ok(is_left.then_some((from, through)));
        }
        let after = read.max(self.covered().await?);
        // One at a time: a database looks each up, and would read all messages for both.
        let unread = || {
            messages_of(self.kind, self.conversation.id)
                .filter(entry::Column::Seq.gt(after))
                .select_only()
                .column(entry::Column::Seq)
                .limit(1)
        };
        let first = unread().order_by_asc(entry::Column::Seq).into_tuple::<i64>();
        let Some(first) = first.one(self.write.tx).await? else { return Ok(None) };
        let last = unread().order_by_desc(entry::Column::Seq).into_tuple::<i64>();
        let last = last.one(self.write.tx).await?.unwrap_or(first);
        Ok(Some((first, last)))
    }

    /// The conversation's other mails of the kind that arrive, or may.
    fn others(&self) -> Select<mail::Entity> {
        let kept = [MailState::Waiting.as_str(), MailState::Sent.as_str()];
        mail::Entity::find()
            .filter(mail::Column::ConversationId.eq(self.conversation.id))
            .filter(mail::Column::Kind.eq(self.kind.as_str()))
            .filter(mail::Column::State.is_in(kept))
            .filter(mail::Column::Id.ne(self.row.id))
    }

    /// Up to where other mails have taken messages along.
    async fn covered(&self) -> Result<i64> {
        let last = self
            .others()
            .filter(mail::Column::ThroughSeq.is_not_null())
            .order_by_desc(mail::Column::ThroughSeq)
            .limit(1)
            .all(self.write.tx)
            .await?;
        Ok(last.first().and_then(|row| row.through_seq).unwrap_or(0))
    }

    /// Whether another mail has all of these messages: one that failed may be tried again after the next
    /// one took them along. One that has only later messages takes nothing from this one.
    async fn is_overtaken(&self, from: i64, through: i64) -> Result<bool> {
        let others = self
            .others()
            .filter(mail::Column::FromSeq.lte(from))
            .filter(mail::Column::ThroughSeq.gte(through))
            .limit(1);
        Ok(!others.all(self.write.tx).await?.is_empty())
    }

    fn address(&self) -> Option<String> {
        match self.kind {
            MailKind::NobodyAvailable => self.inbox.mail.team_address.clone(),
            _ => self.visitor.email.clone(),
        }
    }

    /// Until when it has to wait.
    async fn wait(&self, address: &str) -> Result<Option<i64>> {
        let now_ms = self.write.ambient.now_ms() as i64;
        let is_online = self.write.hub.is_visitor_online(VisitorId(self.visitor.id));
        if self.kind == MailKind::UnreadReply && is_online {
            return Ok(Some(now_ms + self.inbox.mail.unread_wait_ms as i64));
        }
        // The tries of one mail count as one, while it goes to the same address.
        if self.row.begun_at_ms.is_some() && self.row.address.as_deref() == Some(address) {
            return Ok(None);
        }
        if is_to_visitor(self.kind) && !self.visitor.is_email_proven {
            let lately = mail::Entity::find()
                .filter(mail::Column::Address.eq(address))
                .filter(mail::Column::Id.ne(self.row.id))
                .filter(on_its_way_since(now_ms - HOUR_MS))
                .order_by_desc(mail::Column::BegunAtMs)
                .limit(1)
                .all(self.write.tx)
                .await?;
            if let Some(row) = lately.first() {
                let last = row.settled_at_ms.unwrap_or(now_ms).max(now_ms - HOUR_MS + 1);
                return Ok(Some(last + HOUR_MS));
            }
        }
        had_enough(self.write, self.inbox, self.kind).await
    }
}

/// Until when a mail has to wait because its inbox caused enough of its kind in the last hour.
pub(super) async fn had_enough(
    write: &Write<'_>,
    inbox: &Inbox,
    kind: MailKind,
) -> Result<Option<i64>> {
    let now_ms = write.ambient.now_ms() as i64;
    let begun = mail::Entity::find()
        .filter(mail::Column::InboxId.eq(inbox.id.0))
        .filter(mail::Column::Kind.eq(kind.as_str()))
        .filter(on_its_way_since(now_ms - HOUR_MS));
    let begun = begun.count(write.tx).await?;
    Ok((begun >= u64::from(inbox.mail.an_hour)).then_some(now_ms + CAPPED_WAIT_MS))
}

/// What was begun or sent since then, or was begun before and still waits: all that waits for a mail
/// server that is away comes at once when it is back.
fn on_its_way_since(since_ms: i64) -> Condition {
    let sent = Condition::all()
        .add(mail::Column::State.eq(MailState::Sent.as_str()))
        .add(mail::Column::SettledAtMs.gt(since_ms));
    let waits = mail::Column::State.eq(MailState::Waiting.as_str());
    // Nothing is tried for longer: what was begun before that needs no look.
    Condition::all()
        .add(mail::Column::BegunAtMs.gt(since_ms - MAIL_TRIED_MS as i64))
        .add(Condition::any().add(mail::Column::BegunAtMs.gt(since_ms)).add(sent).add(waits))
}
