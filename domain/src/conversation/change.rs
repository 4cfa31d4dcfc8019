//! What agents do to a conversation besides writing in it, each with its entry in the log.

use async_trait::async_trait;
use protocol::limits::SNOOZE_MS;
use protocol::{
    AgentId, Author, Change, ConversationId, ErrorCode, Event, LabelId, Status, Summary,
};
use sea_orm::entity::prelude::*;

use super::log::Log;
use super::route::{leave_queue, route};
use crate::Domain;
use crate::error::{Error, Result};
use crate::table::{agent, conversation, conversation_label, label};
use crate::writer::{Command, Shard, Write};

impl Domain {
    /// Changes a conversation, and returns its line as it is then, for all agents. What is so already
    /// stays so, without an entry.
    ///
    /// # Errors
    /// `conversation_unknown`; `already_assigned` for a claim, with who was first;
    /// `another_is_open`, `agent_unknown`, `label_unknown`, `too_many_labels`, `snooze_invalid`; the
    /// store's.
    pub async fn change_conversation(
        &self,
        author: Author,
        conversation: ConversationId,
        change: Change,
    ) -> Result<Summary> {
        self.writer.run(ChangeConversation { author, conversation, change }).await
    }

    /// Ends the snoozes whose time has come, and says how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn wake_conversations(&self) -> Result<usize> {
        let due = conversation::Entity::find()
            .filter(conversation::Column::SnoozedUntilMs.lte(self.ambient.now_ms() as i64))
            .all(&self.store.reader)
            .await?;
        let mut woken = 0;
        for row in due {
            // One that fails must not keep the others asleep.
            match self.writer.run(WakeDue(ConversationId(row.id))).await {
                Ok(()) => woken += 1,
                Err(error) => tracing::warn!(%error, "a snooze could not be ended"),
            }
        }
        Ok(woken)
    }
}

struct ChangeConversation {
    author: Author,
    conversation: ConversationId,
    change: Change,
}

#[async_trait]
impl Command for ChangeConversation {
    type Output = Summary;

    fn shard(&self) -> Shard {
        Shard::of(self.conversation.0)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Summary> {
        let mut log = Log::lock(write, self.conversation).await?;
        self.change(write, &mut log).await?;
        let row = log.row.clone();
        log.save(write).await?;
        // Whoever has room now takes the next.
        if self.change.makes_room() {
            super::route::serve_queue(write, Some(row.id)).await?;
        }
        super::list::summary_of(write.tx, &row).await
    }
}

impl ChangeConversation {
    async fn change(&self, write: &mut Write<'_>, log: &mut Log) -> Result<()> {
        let author = &self.author;
        match &self.change {
            Change::Claim {} => {
                let Author::Agent { id, .. } = author else {
                    return Err(ErrorCode::AgentUnknown.into());
                };
                match log.row.assignee_id {
                    Some(first) if first != id.0 => Err(Error::Taken(name_of(write, first).await?)),
                    _ => assign(write, log, author, Some(*id)).await,
                }
            }
            Change::Assign { agent } => assign(write, log, author, *agent).await,
            Change::Resolve {} => {
                if log.is_resolved() {
                    return Ok(());
                }
                log.set_status(Status::Resolved);
                log.set_snoozed(None);
                leave_queue(write, log);
                log.event(write, author, Event::Resolved {}).await
            }
            Change::Reopen {} => reopen(write, log, author).await,
            Change::Archive {} => {
                if log.row.archived_at_ms.is_some() {
                    return Ok(());
                }
                log.set_archived(Some(write.ambient.now_ms() as i64));
                leave_queue(write, log);
                log.event(write, author, Event::Archived {}).await
            }
            Change::Unarchive {} => {
                if log.row.archived_at_ms.is_none() {
                    return Ok(());
                }
                log.set_archived(None);
                log.event(write, author, Event::Unarchived {}).await
            }
            Change::Snooze { until_ms } => self.snooze(write, log, *until_ms).await,
            Change::Wake {} => wake(write, log, author).await,
            Change::Label { label } => log.put_label(write, author, *label).await,
            Change::Unlabel { label } => self.unlabel(write, log, *label).await,
        }
    }

    async fn snooze(&self, write: &Write<'_>, log: &mut Log, until_ms: u64) -> Result<()> {
        let now_ms = write.ambient.now_ms();
        if until_ms <= now_ms || until_ms > now_ms + SNOOZE_MS {
            return Err(ErrorCode::SnoozeInvalid.into());
        }
        if log.row.snoozed_until_ms == Some(until_ms as i64) {
            return Ok(());
        }
        log.set_snoozed(Some(until_ms as i64));
        log.event(write, &self.author, Event::Snoozed { until_ms }).await
    }

    async fn unlabel(&self, write: &Write<'_>, log: &mut Log, id: LabelId) -> Result<()> {
        let found = label::Entity::find_by_id(id.0).one(write.tx).await?;
        let label = found.ok_or(ErrorCode::LabelUnknown)?;
        let taken_off = conversation_label::Entity::delete_by_id((log.row.id, id.0));
        if taken_off.exec(write.tx).await?.rows_affected == 0 {
            return Ok(());
        }
        log.event(write, &self.author, Event::Unlabelled { label: label.name }).await
    }
}

async fn assign(
    write: &mut Write<'_>,
    log: &mut Log,
    author: &Author,
    to: Option<AgentId>,
) -> Result<()> {
    if log.row.assignee_id == to.map(|agent| agent.0) {
        return Ok(());
    }
    let event = match to {
        Some(agent) => Event::Assigned { agent, name: name_of(write, agent.0).await? },
        None => Event::Unassigned {},
    };
    let before = log.row.assignee_id;
    log.set_assignee(to.map(|agent| agent.0));
    if !log.is_resolved() {
        log.set_status(log.unresolved_status());
    }
    if to.is_some() {
        leave_queue(write, log);
    }
    log.event(write, author, event).await?;
    // Who gives a conversation back does not want it again at once.
    route(write, log, before).await
}

async fn reopen(write: &mut Write<'_>, log: &mut Log, author: &Author) -> Result<()> {
    if !log.is_resolved() {
        return Ok(());
    }
    let another = conversation::Entity::find()
        .filter(conversation::Column::UnresolvedVisitorId.eq(log.row.visitor_id))
        .one(write.tx)
        .await?;
    if another.is_some() {
        return Err(ErrorCode::AnotherIsOpen.into());
    }
    log.set_status(log.unresolved_status());
    log.event(write, author, Event::Reopened {}).await?;
    route(write, log, None).await
}

async fn wake(write: &Write<'_>, log: &mut Log, author: &Author) -> Result<()> {
    if log.row.snoozed_until_ms.is_none() {
        return Ok(());
    }
    log.set_snoozed(None);
    log.event(write, author, Event::Woken {}).await
}

async fn name_of(write: &Write<'_>, agent: Uuid) -> Result<String> {
    let found = agent::Entity::find_by_id(agent).one(write.tx).await?;
    Ok(found.filter(|row| row.is_active).ok_or(ErrorCode::AgentUnknown)?.name)
}

/// Ends one snooze, if its time has come: it may have been changed since it was found.
struct WakeDue(ConversationId);

#[async_trait]
impl Command for WakeDue {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::of(self.0.0)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let mut log = Log::lock(write, self.0).await?;
        let now_ms = write.ambient.now_ms() as i64;
        if log.row.snoozed_until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
            wake(write, &mut log, &Author::System {}).await?;
            log.save(write).await?;
        }
        Ok(())
    }
}
