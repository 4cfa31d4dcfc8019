//! Emails to agents about conversations. Each agent chooses which ones they get.

use protocol::limits::MAIL_MESSAGES;
use protocol::{AgentId, ConversationId, DropReason, MailKind, Presence, Seq};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::OF_AGENTS;
use super::decide::{Decision, had_enough};
use crate::agent::{AgentMail, Visibility};
use crate::command::Write;
use crate::conversation::kind::{AuthorKind, EntryKind};
use crate::conversation::lifecycle::drop_reason;
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::{agent, conversation, entry, mail, read_cursor};

/// Decides what to do with an email to an agent. Its conversation is locked, and no other email is claimed
/// meanwhile.
pub(super) async fn decide(
    write: &Write<'_>,
    row: &mail::Model,
    (kind, agent): (MailKind, AgentId),
    inbox: &Inbox,
    conversation: &conversation::Model,
) -> Result<Decision> {
    let found = agent::Entity::find_by_id(agent).one(write.tx).await?;
    let Some(found) = found.filter(|found| found.is_active) else {
        return Ok(Decision::Drop(DropReason::Gone));
    };
    let visibility = Visibility::read(write.tx, &found).await?;
    if !visibility.covers(inbox.id) {
        return Ok(Decision::Drop(DropReason::Gone));
    }
    let wanted = AgentMail::read(write.tx, agent).await?;
    if !wanted.wants(kind) {
        return Ok(Decision::Drop(DropReason::Off));
    }
    if super::standing(write.tx, OF_AGENTS, &found.email).await?.bounced.is_some() {
        return Ok(Decision::Drop(DropReason::Bounced));
    }
    if let Some(reason) = drop_reason(conversation, kind) {
        return Ok(Decision::Drop(reason));
    }
    let is_theirs = conversation.assignee_id == Some(agent);
    if matches!(kind, MailKind::Assigned | MailKind::Waiting) && !is_theirs {
        return Ok(Decision::Drop(DropReason::Done));
    }
    let is_there = write.hub.presence(agent) == Presence::Online;
    // An email that was attempted may have arrived already, so it is not abandoned halfway.
    if kind == MailKind::Assigned && is_there && row.attempts == 0 {
        return Ok(Decision::Drop(DropReason::SomebodyCame));
    }
    let cursor = read_cursor::Entity::find_by_id((conversation.id, agent)).one(write.tx).await?;
    let read = cursor.map_or(Seq::START, |cursor| cursor.seq);
    let (answered, word) = last_words(write, conversation.id).await?;
    let (from, through) = match (row.from_seq, row.through_seq) {
        (Some(from), Some(through)) => (from, through),
        _ if kind == MailKind::Waiting => (answered.max(read).next(), word),
        _ => (answered.next(), word.max(answered.next())),
    };
    let since_ms = match (kind, conversation.waiting_since_ms) {
        (MailKind::Waiting | MailKind::Escalation, None) => {
            return Ok(Decision::Drop(DropReason::Answered));
        }
        (_, since_ms) => since_ms.unwrap_or_default(),
    };
    let is_seen = match kind {
        MailKind::Assigned => read >= word,
        MailKind::Waiting | MailKind::Mentioned => read >= through,
        _ => false,
    };
    if is_seen {
        return Ok(Decision::Drop(DropReason::Read));
    }
    if kind == MailKind::Escalation && was_told(write, row, agent, answered).await? {
        return Ok(Decision::Drop(DropReason::Done));
    }
    let now_ms = write.ambient.now_ms();
    if let (MailKind::Escalation, Some(wait_ms), 0) = (kind, wanted.escalation_ms, row.attempts) {
        // The wait counts from the first message without a reply.
        let until_ms = since_ms + wait_ms;
        if until_ms > now_ms {
            return Ok(Decision::Later { until_ms });
        }
    }
    if row.begun_at_ms.is_none()
        && let Some(until_ms) = had_enough(write, inbox, kind).await?
    {
        return Ok(Decision::Later { until_ms });
    }
    Ok(Decision::Send { address: found.email, from, through })
}

/// Whether another email has already told an agent that there has been no reply since the last one.
async fn was_told(
    write: &Write<'_>,
    row: &mail::Model,
    agent: AgentId,
    answered: Seq,
) -> Result<bool> {
    let told = mail::Entity::find()
        .filter(mail::COLUMN.conversation_id.eq(row.conversation_id))
        .filter(mail::COLUMN.kind.eq(MailKind::Escalation))
        .filter(mail::COLUMN.through_seq.gt(answered))
        .filter(mail::COLUMN.agent_id.eq(agent))
        .filter(mail::COLUMN.id.ne(row.id))
        .limit(1);
    Ok(!told.all(write.tx).await?.is_empty())
}

/// The positions of the last reply and of the visitor's last message, among a conversation's latest messages.
/// Without a reply: the position before the oldest of them. Without a message: 0.
async fn last_words(write: &Write<'_>, conversation: ConversationId) -> Result<(Seq, Seq)> {
    let latest = entry::Entity::find()
        .filter(entry::COLUMN.conversation_id.eq(conversation))
        .filter(entry::COLUMN.kind.eq(EntryKind::Message))
        .order_by_desc(entry::Column::Seq)
        .limit(MAIL_MESSAGES)
        .all(write.tx)
        .await?;
    let last_of = |author: AuthorKind| latest.iter().find(|row| row.author_kind == author);
    let before_all = latest.last().map_or(Seq::START, |row| row.seq.previous());
    let answered = last_of(AuthorKind::Agent).map_or(before_all, |row| row.seq);
    Ok((answered, last_of(AuthorKind::Visitor).map_or(Seq::START, |row| row.seq)))
}
