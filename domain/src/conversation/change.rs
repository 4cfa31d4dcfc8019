//! What agents do with a conversation besides writing in it. Each change adds an entry to the log.

use async_trait::async_trait;
use protocol::limits::SNOOZE_MS;
use protocol::{
    AgentId, Author, Change, ConversationId, ErrorCode, Event, LabelId, Status, Summary, UnixMillis,
};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use super::lifecycle;
use super::log::Log;
use super::route::{self, leave_queue, route};
use crate::Domain;
use crate::agent::Agent;
use crate::error::{Error, Result};
use crate::table::{conversation, conversation_label, label};
use crate::writer::{Command, Shard, Write};

impl Domain {
    /// Changes a conversation, and returns its new summary for all agents. A change that is already in effect
    /// does nothing and adds no entry.
    ///
    /// # Errors
    /// `conversation_unknown`; `already_assigned`, with the name of the assignee, if another agent claimed it
    /// first; `new_message` if the visitor wrote after what the resolving agent has seen; `another_is_open`,
    /// `agent_unknown`, `label_unknown`, `too_many_labels`, `snooze_invalid`; store errors.
    pub async fn change_conversation(
        &self,
        agent: &Agent,
        conversation: ConversationId,
        change: Change,
    ) -> Result<Summary> {
        let agent = agent.clone();
        self.writer.run(ChangeConversation { agent, conversation, change }).await
    }

    /// Ends the snoozes that are due, and returns how many.
    ///
    /// # Errors
    /// Store errors.
    pub async fn wake_conversations(&self) -> Result<usize> {
        let due: Vec<ConversationId> = conversation::Entity::find()
            .filter(conversation::COLUMN.snoozed_until_ms.lte(self.ambient.now_ms()))
            .select_only()
            .column(conversation::Column::Id)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        let mut woken = 0;
        for id in due {
            // One that fails must not keep the others snoozed.
            match self.writer.run(WakeDue(id)).await {
                Ok(()) => woken += 1,
                Err(error) => tracing::warn!(%error, "could not end a snooze"),
            }
        }
        Ok(woken)
    }
}

struct ChangeConversation {
    agent: Agent,
    conversation: ConversationId,
    change: Change,
}

#[async_trait]
impl Command for ChangeConversation {
    type Output = Summary;

    fn shard(&self) -> Shard {
        Shard::of(self.conversation)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Summary> {
        let mut log = Log::lock_seen(write, self.conversation, &self.agent).await?;
        self.change(write, &mut log).await?;
        let summary = log.save(write).await?;
        // An agent who has room now gets the next one.
        if self.change.makes_room() {
            super::route::serve_queue(write, Some(self.conversation)).await?;
        }
        Ok(summary)
    }
}

impl ChangeConversation {
    async fn change(&self, write: &mut Write<'_>, log: &mut Log) -> Result<()> {
        let author = &self.agent.author();
        match &self.change {
            Change::Claim {} => {
                let id = self.agent.id;
                let holder = log.row.assignee_id.filter(|holder| *holder != id);
                if let Some(first) = route::active(write, log, holder).await? {
                    return Err(Error::Taken(first.name));
                }
                assign(write, log, author, Some(id)).await
            }
            Change::Assign { agent } => assign(write, log, author, *agent).await,
            Change::Resolve { seen } => {
                if log.is_resolved() {
                    return Ok(());
                }
                if let Some(seen) = *seen
                    && log.has_visitor_written_after(write, seen).await?
                {
                    return Err(ErrorCode::NewMessage.into());
                }
                log.set_status(Status::Resolved);
                log.row.snoozed_until_ms = None;
                leave_queue(write, log);
                log.event(write, author, Event::Resolved {}).await
            }
            Change::Reopen {} => reopen(write, log, author).await,
            Change::Archive {} => {
                if log.row.archived_at_ms.is_some() {
                    return Ok(());
                }
                log.row.archived_at_ms = Some(write.ambient.now_ms());
                leave_queue(write, log);
                log.event(write, author, Event::Archived {}).await
            }
            Change::Unarchive {} => {
                if log.row.archived_at_ms.is_none() {
                    return Ok(());
                }
                log.row.archived_at_ms = None;
                log.event(write, author, Event::Unarchived {}).await?;
                route::release_if_away(write, log).await?;
                route(write, log, None).await
            }
            Change::Spam {} => {
                if lifecycle::is_spam(&log.row) {
                    return Ok(());
                }
                log.row.spam_at_ms = Some(write.ambient.now_ms());
                leave_queue(write, log);
                log.event(write, author, Event::MarkedSpam {}).await
            }
            Change::NotSpam {} => {
                if !lifecycle::is_spam(&log.row) {
                    return Ok(());
                }
                log.row.spam_at_ms = None;
                log.event(write, author, Event::UnmarkedSpam {}).await?;
                route::release_if_away(write, log).await?;
                route(write, log, None).await
            }
            Change::Snooze { until_ms } => self.snooze(write, log, *until_ms).await,
            Change::Wake {} => wake(write, log, author).await,
            Change::Label { label } => log.put_label(write, author, *label).await,
            Change::Unlabel { label } => self.unlabel(write, log, *label).await,
        }
    }

    async fn snooze(
        &self,
        write: &mut Write<'_>,
        log: &mut Log,
        until_ms: UnixMillis,
    ) -> Result<()> {
        let now_ms = write.ambient.now_ms();
        if until_ms <= now_ms || until_ms > now_ms + SNOOZE_MS {
            return Err(ErrorCode::SnoozeInvalid.into());
        }
        if log.row.snoozed_until_ms == Some(until_ms) {
            return Ok(());
        }
        log.row.snoozed_until_ms = Some(until_ms);
        leave_queue(write, log);
        log.event(write, &self.agent.author(), Event::Snoozed { until_ms }).await
    }

    async fn unlabel(&self, write: &Write<'_>, log: &mut Log, id: LabelId) -> Result<()> {
        let found = label::Entity::find_by_id(id).one(write.tx).await?;
        let label = found.ok_or(ErrorCode::LabelUnknown)?;
        let taken_off = conversation_label::Entity::delete_by_id((log.row.id, id));
        if taken_off.exec(write.tx).await?.rows_affected == 0 {
            return Ok(());
        }
        log.event(write, &self.agent.author(), Event::Unlabelled { label: label.name }).await
    }
}

async fn assign(
    write: &mut Write<'_>,
    log: &mut Log,
    author: &Author,
    to: Option<AgentId>,
) -> Result<()> {
    if log.row.assignee_id == to {
        return Ok(());
    }
    let event = match to {
        Some(agent) => {
            let found = route::active(write, log, Some(agent)).await?;
            Event::Assigned { agent, name: found.ok_or(ErrorCode::AgentUnknown)?.name }
        }
        None => Event::Unassigned {},
    };
    let before = log.row.assignee_id;
    log.row.assignee_id = to;
    if !log.is_resolved() {
        log.set_status(log.unresolved_status());
    }
    if to.is_some() {
        leave_queue(write, log);
    }
    log.event(write, author, event).await?;
    // An agent who gives up a conversation must not get it back at once.
    route(write, log, before).await
}

async fn reopen(write: &mut Write<'_>, log: &mut Log, author: &Author) -> Result<()> {
    if !log.is_resolved() {
        return Ok(());
    }
    let another = conversation::Entity::find()
        .filter(conversation::COLUMN.unresolved_visitor_id.eq(log.row.visitor_id))
        .one(write.tx)
        .await?;
    if another.is_some() {
        return Err(ErrorCode::AnotherIsOpen.into());
    }
    reopen_or_wake(write, log, author).await?;
    route(write, log, None).await
}

/// Reopens a resolved conversation. It keeps its assignee, unless they have left or may no longer see it, or
/// are away and routing is automatic.
pub(super) async fn reopen_or_wake(
    write: &Write<'_>,
    log: &mut Log,
    author: &Author,
) -> Result<()> {
    let holder = log.row.assignee_id;
    let has_left = holder.is_some() && route::active(write, log, holder).await?.is_none();
    if has_left {
        log.row.assignee_id = None;
    }
    log.set_status(log.unresolved_status());
    log.event(write, author, Event::Reopened {}).await?;
    if has_left {
        log.event(write, &Author::System {}, Event::Unassigned {}).await?;
    }
    route::release_if_away(write, log).await
}

async fn wake(write: &mut Write<'_>, log: &mut Log, author: &Author) -> Result<()> {
    if log.row.snoozed_until_ms.is_none() {
        return Ok(());
    }
    log.row.snoozed_until_ms = None;
    log.event(write, author, Event::Woken {}).await?;
    route::release_if_away(write, log).await?;
    route(write, log, None).await
}

/// Ends one snooze if it is due. It may have changed since it was found.
struct WakeDue(ConversationId);

#[async_trait]
impl Command for WakeDue {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::of(self.0)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let mut log = Log::lock(write, self.0).await?;
        let now_ms = write.ambient.now_ms();
        if log.row.snoozed_until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
            wake(write, &mut log, &Author::System {}).await?;
            log.save(write).await?;
        }
        Ok(())
    }
}
