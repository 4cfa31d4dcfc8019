//! Decides whether an email is sent, at the moment of sending.

use protocol::limits::MAIL_TRIED_MS;
use protocol::{ConversationId, DropReason, MailKind, MailState, Seq, UnixMillis, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};

use super::messages;
use crate::availability::is_anybody_available;
use crate::command::Write;
use crate::conversation::lifecycle::drop_reason;
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::{conversation, mail, visitor};

/// The period for the limits on unverified addresses and on inboxes, in milliseconds.
const HOUR_MS: u64 = 60 * 60 * 1_000;

/// How long an email waits once its inbox or client network has reached the limit, in milliseconds.
const CAPPED_WAIT_MS: u64 = 10 * 60 * 1_000;

/// What to do with an email that is due.
#[derive(Debug)]
pub(super) enum Decision {
    /// Send it, with the messages between two positions.
    Send { address: String, from: Seq, through: Seq },
    /// Decide again at this time.
    Later { until_ms: UnixMillis },
    /// Drop it: nobody needs it any more.
    Drop(DropReason),
    /// Don't send it, although the messages between two positions are unread.
    Withhold { reason: DropReason, from: Seq, through: Seq },
}

/// Decides what to do with an email. Its conversation is locked, and no other email is claimed meanwhile.
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
    let Some((from, through)) = messages::range(write, row, kind, conversation).await? else {
        return Ok(Decision::Drop(DropReason::Read));
    };
    let Some(address) = question.address() else {
        return Ok(Decision::Drop(DropReason::NoAddress));
    };
    let withhold = |reason| Ok(Decision::Withhold { reason, from, through });
    // Preferences and bounces only count for visitors' addresses: the team's address is the owner's to change.
    if is_to_visitor(kind) {
        let standing = super::standing(write.tx, inbox.id, &address).await?;
        if standing.is_unsubscribed {
            return withhold(DropReason::Unsubscribed);
        }
        if standing.bounced.is_some() {
            return withhold(DropReason::Bounced);
        }
    }
    if let Some(until_ms) = question.wait(&address).await? {
        // An email that only confirms receipt is pointless an hour later.
        return Ok(match kind {
            MailKind::Received => Decision::Drop(DropReason::Capped),
            _ => Decision::Later { until_ms },
        });
    }
    Ok(Decision::Send { address, from, through })
}

/// Whether an email goes to an address that a visitor gave.
pub(super) const fn is_to_visitor(kind: MailKind) -> bool {
    matches!(kind, MailKind::Received | MailKind::UnreadReply | MailKind::Transcript)
}

/// The visitors of one client network get a tenth of an inbox's hourly limit.
const NETWORKS_SHARE: u64 = 10;

/// All visitors without a client network get half of it: senders of inbound email can be made up.
const NOWHERES_SHARE: u64 = 2;

struct Question<'a> {
    write: &'a Write<'a>,
    row: &'a mail::Model,
    kind: MailKind,
    inbox: &'a Inbox,
    conversation: &'a conversation::Model,
    visitor: &'a visitor::Model,
}

impl Question<'_> {
    /// Why the email is no longer needed, if so.
    async fn is_settled_otherwise(&self) -> Result<Option<DropReason>> {
        if is_to_visitor(self.kind) && !self.inbox.mail.to_visitors {
            return Ok(Some(DropReason::Off));
        }
        if self.kind == MailKind::Transcript {
            return Ok((!self.visitor.is_email_proven).then_some(DropReason::Unproven));
        }
        if let Some(reason) = drop_reason(self.conversation, self.kind) {
            return Ok(Some(reason));
        }
        if self.kind == MailKind::UnreadReply {
            return Ok(None);
        }
        if self.conversation.waiting_since_ms.is_none() {
            return Ok(Some(DropReason::Answered));
        }
        let now_ms = self.write.ambient.now_ms();
        let has_come = is_anybody_available(self.write.hub, self.inbox, now_ms);
        // An email that was attempted may have arrived already, so it is not abandoned halfway.
        Ok((has_come && self.row.attempts == 0).then_some(DropReason::SomebodyCame))
    }

    fn address(&self) -> Option<String> {
        match self.kind {
            MailKind::NobodyAvailable => self.inbox.mail.team_address.clone(),
            _ => self.visitor.email.clone(),
        }
    }

    /// The time until which the email has to wait, if it does.
    async fn wait(&self, address: &str) -> Result<Option<UnixMillis>> {
        let now_ms = self.write.ambient.now_ms();
        let is_online = self.write.hub.is_visitor_online(self.visitor.id);
        if self.kind == MailKind::UnreadReply && is_online {
            return Ok(Some(now_ms + self.inbox.mail.unread_wait_ms));
        }
        // All attempts of one email count once, as long as it goes to the same address.
        if self.row.begun_at_ms.is_some() && self.row.address.as_deref() == Some(address) {
            return Ok(None);
        }
        if is_to_visitor(self.kind) && !self.visitor.is_email_proven {
            let lately = mail::Entity::find()
                .filter(mail::COLUMN.address.eq(address))
                .filter(mail::COLUMN.id.ne(self.row.id))
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
        if let Some(until_ms) = self.has_network_had_enough().await? {
            return Ok(Some(until_ms));
        }
        had_enough(self.write, self.inbox, self.kind).await
    }

    /// The time until which an email has to wait because too many visitors of its client network caused an
    /// email of its kind in the last hour. Visitors cost nothing to create, so one client must not use up the
    /// limit for all of them.
    async fn has_network_had_enough(&self) -> Result<Option<UnixMillis>> {
        let network = self.visitor.network.as_deref();
        // Visitors who only write by email have no network. They share one quota for emails about new messages.
        let is_by_mail = network.is_none() && self.visitor.last_seen_at_ms.is_none();
        let is_told = matches!(self.kind, MailKind::NobodyAvailable | MailKind::Received);
        if network.is_none() && !(is_by_mail && is_told) {
            return Ok(None);
        }
        let now_ms = self.write.ambient.now_ms();
        let lately: Vec<Option<ConversationId>> = mail::Entity::find()
            .select_only()
            .column(mail::Column::ConversationId)
            .filter(mail::COLUMN.inbox_id.eq(self.inbox.id))
            .filter(mail::COLUMN.kind.eq(self.kind))
            .filter(mail::COLUMN.id.ne(self.row.id))
            .filter(on_its_way_since(now_ms - HOUR_MS))
            .into_tuple()
            .all(self.write.tx)
            .await?;
        let share = if network.is_some() { NETWORKS_SHARE } else { NOWHERES_SHARE };
        let most = u64::from(self.inbox.mail.an_hour) / share;
        if (lately.len() as u64) < most.max(1) {
            return Ok(None);
        }
        let visitors: Vec<VisitorId> = conversation::Entity::find()
            .select_only()
            .column(conversation::Column::VisitorId)
            .filter(conversation::COLUMN.id.is_in(lately.into_iter().flatten()))
            .into_tuple()
            .all(self.write.tx)
            .await?;
        let theirs = visitor::Entity::find().filter(visitor::COLUMN.id.is_in(visitors));
        let theirs = match network {
            Some(network) => theirs.filter(visitor::COLUMN.network.eq(network)),
            None => theirs
                .filter(visitor::COLUMN.network.is_null())
                .filter(visitor::COLUMN.last_seen_at_ms.is_null()),
        };
        let theirs = theirs.count(self.write.tx).await?;
        Ok((theirs >= most.max(1)).then_some(now_ms + CAPPED_WAIT_MS))
    }
}

/// The time until which an email has to wait because its inbox caused too many of its kind in the last hour.
pub(super) async fn had_enough(
    write: &Write<'_>,
    inbox: &Inbox,
    kind: MailKind,
) -> Result<Option<UnixMillis>> {
    let now_ms = write.ambient.now_ms();
    let begun = mail::Entity::find()
        .filter(mail::COLUMN.inbox_id.eq(inbox.id))
        .filter(mail::COLUMN.kind.eq(kind))
        .filter(on_its_way_since(now_ms - HOUR_MS));
    let begun = begun.count(write.tx).await?;
    Ok((begun >= u64::from(inbox.mail.an_hour)).then_some(now_ms + CAPPED_WAIT_MS))
}

/// Emails that were begun or sent since then, or that were begun earlier and are still waiting: all that wait
/// for an unreachable mail server go out at once when it is back.
fn on_its_way_since(since_ms: UnixMillis) -> Condition {
    let sent = Condition::all()
        .add(mail::COLUMN.state.eq(MailState::Sent))
        .add(mail::COLUMN.settled_at_ms.gt(since_ms));
    let waits = mail::COLUMN.state.eq(MailState::Waiting);
    // Nothing is tried for longer than this, so emails begun earlier don't matter.
    Condition::all()
        .add(mail::COLUMN.begun_at_ms.gt(since_ms - MAIL_TRIED_MS))
        .add(Condition::any().add(mail::COLUMN.begun_at_ms.gt(since_ms)).add(sent).add(waits))
}
