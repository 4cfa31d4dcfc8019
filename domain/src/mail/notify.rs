//! Emails to agents about conversations. Each agent chooses which ones they get.

use protocol::limits::{MAIL_MESSAGES, NOBODY_WAIT_MS};
use protocol::{AgentId, ConversationId, DropReason, InboxId, MailKind, MailState, Presence, Seq};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::OF_AGENTS;
use super::decide::{Decision, had_enough};
use super::row::row;
use crate::agent::{AgentMail, Visibility};
use crate::conversation::kind::{AuthorKind, EntryKind};
use crate::conversation::lifecycle::drop_reason;
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::{agent, agent_mail, conversation, entry, mail, read_cursor};
use crate::writer::Write;

/// A conversation was assigned to an agent by someone else.
pub(super) async fn enqueue_assigned(
    write: &Write<'_>,
    inbox: &Inbox,
    conversation: ConversationId,
    agent: AgentId,
) -> Result<()> {
    let wait_ms = inbox.mail.unread_wait_ms;
    let new = NewDelivery { inbox: inbox.id, conversation, agent };
    // An agent who only reloads a page was never away.
    new.insert_once(write, MailKind::Assigned, NOBODY_WAIT_MS).await?;
    // An agent who is online but leaves without having looked gets an email, too.
    new.insert_once(write, MailKind::Waiting, wait_ms).await
}

/// A note was written. The agents whom it mentions get an email if they have not read it after a while.
pub(super) async fn enqueue_mentioned(
    write: &Write<'_>,
    inbox: &Inbox,
    conversation: ConversationId,
    author: AgentId,
    (text, seq): (&str, Seq),
) -> Result<()> {
    if !text.contains('@') {
        return Ok(());
    }
    let team = agent::Entity::find().filter(agent::COLUMN.is_active.eq(true)).all(write.tx).await?;
    let names: Vec<&str> = team.iter().map(|agent| agent.name.as_str()).collect();
    let named = named(text, &names);
    for one in team.iter().zip(named).filter_map(|(agent, is_named)| is_named.then_some(agent)) {
        if one.id == author {
            continue;
        }
        let new = NewDelivery { inbox: inbox.id, conversation, agent: one.id };
        let mut row = new.row(write, MailKind::Mentioned, inbox.mail.unread_wait_ms);
        row.from_seq = Set(Some(seq));
        row.through_seq = Set(Some(seq));
        mail::Entity::insert(row).exec_without_returning(write.tx).await?;
    }
    Ok(())
}

/// Which of these names a text mentions: `@` and the name, or its first word if no other name has it.
fn named(text: &str, names: &[&str]) -> Vec<bool> {
    let text = text.to_lowercase();
    let firsts: Vec<String> = names
        .iter()
        .map(|name| name.to_lowercase().split_whitespace().next().unwrap_or_default().to_owned())
        .collect();
    let says = |name: &str| {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
        !name.is_empty()
            && text
                .match_indices('@')
                // Not within an email address.
                .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric()))
                .any(|(at, _)| text[at + 1..].strip_prefix(name).is_some_and(ends))
    };
    let is_named = |(name, first): (&&str, &String)| {
        let is_only = firsts.iter().filter(|other| *other == first).count() == 1;
        says(&name.to_lowercase()) || (is_only && says(first))
    };
    names.iter().zip(&firsts).map(is_named).collect()
}

/// A visitor wrote. The assigned agent gets an email if they have not read the message after a while. If it is
/// the first message that waits for a reply, agents who asked for escalations get one after the wait that they
/// chose.
pub(super) async fn enqueue_waiting(
    write: &Write<'_>,
    inbox: &Inbox,
    conversation: &conversation::Model,
    is_first: bool,
) -> Result<()> {
    let id = conversation.id;
    let new = |agent| NewDelivery { inbox: inbox.id, conversation: id, agent };
    if let Some(agent) = conversation.assignee_id {
        new(agent).insert_once(write, MailKind::Waiting, inbox.mail.unread_wait_ms).await?;
    }
    if is_first {
        let want = agent_mail::Entity::find()
            .filter(agent_mail::COLUMN.escalation_ms.is_not_null())
            .all(write.tx)
            .await?;
        for one in want {
            let wait_ms = one.escalation_ms.unwrap_or_default().unsigned_abs();
            new(one.agent_id).insert_once(write, MailKind::Escalation, wait_ms).await?;
        }
    }
    Ok(())
}

struct NewDelivery {
    inbox: InboxId,
    conversation: ConversationId,
    agent: AgentId,
}

impl NewDelivery {
    fn row(&self, write: &Write<'_>, kind: MailKind, wait_ms: u64) -> mail::ActiveModel {
        mail::ActiveModel {
            inbox_id: Set(Some(self.inbox)),
            conversation_id: Set(Some(self.conversation)),
            agent_id: Set(Some(self.agent)),
            ..row(write, kind, write.ambient.now_ms() + wait_ms)
        }
    }

    /// Queues an email, unless one is waiting that nobody has attempted: that one will include this.
    async fn insert_once(&self, write: &Write<'_>, kind: MailKind, wait_ms: u64) -> Result<()> {
        let waits = mail::Entity::find()
            .filter(mail::COLUMN.conversation_id.eq(self.conversation))
            .filter(mail::COLUMN.kind.eq(kind))
            .filter(mail::COLUMN.agent_id.eq(self.agent))
            .filter(mail::COLUMN.through_seq.is_null())
            .filter(mail::COLUMN.state.eq(MailState::Waiting))
            .limit(1);
        if waits.all(write.tx).await?.is_empty() {
            let row = self.row(write, kind, wait_ms);
            mail::Entity::insert(row).exec_without_returning(write.tx).await?;
        }
        Ok(())
    }
}

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

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_note_names_whom_it_means() {
        let names = ["Mia Berg", "Tom Ode", "Tom Orr", "Zoë"];
        let check =
            |text: &str, expect: [bool; 4]| assert_eq!(named(text, &names), expect, "{text}");
        check("@mia please", [true, false, false, false]);
        check("ask @Mia Berg, or @zoë!", [true, false, false, true]);
        check("@tom?", [false; 4]);
        check("@Tom Orr.", [false, false, true, false]);
        check("mia@example.com, @miami, x@mia.example", [false; 4]);
        check("", [false; 4]);
    }
}
