//! Read positions: one cursor for the visitor, one for each agent. They only move forward.

use async_trait::async_trait;
use protocol::{ConversationId, ErrorCode, Seq, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect};

use super::kind::{AuthorKind, EntryKind};
use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::hub::HubEvent;
use crate::table::{conversation, entry, read_cursor};
use crate::visitor::VisitorIdentity;
use crate::writer::{Command, Shard, Write};

impl Domain {
    /// Records that the visitor has seen everything up to `seq`.
    ///
    /// # Errors
    /// Store errors. Without a conversation nothing happens.
    pub async fn read_as_visitor(&self, who: &VisitorIdentity, seq: Seq) -> Result<()> {
        self.writer.run(VisitorRead { visitor: who.visitor, seq }).await
    }

    /// Records that an agent has seen everything up to `seq`.
    ///
    /// # Errors
    /// `conversation_unknown`; store errors.
    pub async fn read_as_agent(
        &self,
        agent: &Agent,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<()> {
        let agent = agent.clone();
        self.writer.run(AgentRead { agent, conversation, seq }).await
    }
}

struct VisitorRead {
    visitor: VisitorId,
    seq: Seq,
}

#[async_trait]
impl Command for VisitorRead {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::of(self.visitor)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = super::page::of_visitor_query(self.visitor).lock_exclusive();
        let Some(row) = query.one(write.tx).await? else {
            return Ok(());
        };
        let seq = self.seq.min(row.last_public_seq);
        if seq <= row.visitor_read_seq {
            return Ok(());
        }
        let conversation = row.id;
        let mut moved = row.into_active_model();
        moved.visitor_read_seq = Set(seq);
        conversation::Entity::update(moved).exec(write.tx).await?;
        let visitor = self.visitor;
        write.publish(HubEvent::VisitorRead { conversation, visitor, seq });
        Ok(())
    }
}

struct AgentRead {
    agent: Agent,
    conversation: ConversationId,
    seq: Seq,
}

#[async_trait]
impl Command for AgentRead {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::of(self.conversation)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = conversation::Entity::find_by_id(self.conversation).lock_exclusive();
        let found = query.one(write.tx).await?;
        let row = found.ok_or(ErrorCode::ConversationUnknown)?;
        self.agent.visibility.check(&row)?;
        let key = (self.conversation, self.agent.id);
        let cursor = read_cursor::Entity::find_by_id(key).one(write.tx).await?;
        let seq = self.seq.min(row.last_seq);
        if cursor.is_some_and(|cursor| cursor.seq >= seq) {
            return Ok(());
        }
        let visitor_messages =
            row.visitor_messages - self.visitor_messages_after(write, seq).await?;
        let moved = read_cursor::ActiveModel {
            conversation_id: Set(self.conversation),
            agent_id: Set(self.agent.id),
            seq: Set(seq),
            visitor_messages: Set(visitor_messages),
        };
        let replace = OnConflict::columns([
            read_cursor::Column::ConversationId,
            read_cursor::Column::AgentId,
        ])
        .update_columns([read_cursor::Column::Seq, read_cursor::Column::VisitorMessages])
        .to_owned();
        read_cursor::Entity::insert(moved)
            .on_conflict(replace)
            .exec_without_returning(write.tx)
            .await?;

        let visitor = row.visitor_id;
        let team_moved = seq > row.team_read_seq;
        if team_moved {
            let mut row = row.into_active_model();
            row.team_read_seq = Set(seq);
            conversation::Entity::update(row).exec(write.tx).await?;
        }
        write.publish(HubEvent::AgentRead {
            conversation: self.conversation,
            visitor,
            agent: self.agent.id,
            seq,
            visitor_messages: visitor_messages.unsigned_abs(),
            team_moved,
        });
        Ok(())
    }
}

impl AgentRead {
    /// Counts the visitor's messages after a position. Usually there are none, because agents read to the
    /// end.
    async fn visitor_messages_after(&self, write: &Write<'_>, seq: Seq) -> Result<i64> {
        let count = entry::Entity::find()
            .filter(entry::COLUMN.conversation_id.eq(self.conversation))
            .filter(entry::COLUMN.seq.gt(seq))
            .filter(entry::COLUMN.author_kind.eq(AuthorKind::Visitor))
            .filter(entry::COLUMN.kind.eq(EntryKind::Message))
            .count(write.tx)
            .await?;
        Ok(count as i64)
    }
}
