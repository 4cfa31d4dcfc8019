//! Visitors who may no longer write: individually, or with everyone from their network.

use protocol::{BlockId, Change, ConversationId, ErrorCode, InboxId, UnixMillis, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Condition, QueryOrder, QuerySelect};

use super::display_name;
use crate::Domain;
use crate::agent::Agent;
use crate::conversation::lifecycle::unarchived;
use crate::conversation::seen;
use crate::error::Result;
use crate::table::{block, conversation, visitor};

/// How long a network is blocked, in milliseconds: its addresses will belong to someone else one day.
const NETWORK_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Who a block applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockOf {
    /// The visitor only.
    Visitor,
    /// Everyone from the network that the visitor came from, for 30 days.
    Network,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its id.
    pub id: BlockId,
    /// The inbox it applies to.
    pub inbox: InboxId,
    /// Who is blocked.
    pub of: BlockOf,
    /// The visitor's name.
    pub name: String,
    /// The name of the agent who created it.
    pub agent_name: String,
    /// When it was created, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
    /// When it ends, in milliseconds since 1970 (UTC); `None` for never.
    pub until_ms: Option<UnixMillis>,
}

impl Domain {
    /// Blocks a conversation's visitor, and archives all conversations of everyone blocked. Returns the
    /// visitor's name and the number of conversations archived.
    ///
    /// # Errors
    /// `conversation_unknown`; `network_unknown` if it is not known which network they came from; store
    /// errors.
    pub async fn block_visitor(
        &self,
        agent: &Agent,
        id: ConversationId,
        of: BlockOf,
    ) -> Result<(String, usize)> {
        let db = &self.store.reader;
        let row = seen(db, id, agent).await?;
        let found = visitor::Entity::find_by_id(row.visitor_id).one(db).await?;
        let who = found.ok_or(ErrorCode::ConversationUnknown)?;
        let name = display_name(&who);
        let now_ms = self.ambient.now_ms();
        let (visitors, until_ms) = match of {
            BlockOf::Visitor => (vec![who.id], None),
            BlockOf::Network => {
                let network = who.network.clone().ok_or(ErrorCode::NetworkUnknown)?;
                let all = visitor::Entity::find()
                    .select_only()
                    .column(visitor::Column::Id)
                    .filter(visitor::COLUMN.inbox_id.eq(who.inbox_id))
                    .filter(visitor::COLUMN.network.eq(network));
                (all.into_tuple().all(db).await?, Some(now_ms + NETWORK_MS))
            }
        };
        let block = block::ActiveModel {
            id: Set(BlockId(self.ambient.uuid())),
            inbox_id: Set(who.inbox_id),
            visitor_id: Set((of == BlockOf::Visitor).then_some(who.id)),
            network: Set(who.network.filter(|_| of == BlockOf::Network)),
            name: Set(name.clone()),
            agent_name: Set(agent.name.clone()),
            at_ms: Set(now_ms),
            until_ms: Set(until_ms),
        };
        block::Entity::insert(block).exec_without_returning(db).await?;
        let mut archived = 0;
        for visitor in visitors {
            self.hub().disconnect_visitor(visitor, None);
            archived += self.archive_all(agent, visitor).await?;
        }
        Ok((name, archived))
    }

    async fn archive_all(&self, agent: &Agent, visitor: VisitorId) -> Result<usize> {
        let theirs: Vec<ConversationId> = conversation::Entity::find()
            .select_only()
            .column(conversation::Column::Id)
            .filter(conversation::COLUMN.visitor_id.eq(visitor))
            .filter(unarchived())
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        for id in &theirs {
            self.change_conversation(agent, *id, Change::Archive {}).await?;
        }
        Ok(theirs.len())
    }

    /// The current blocks of the inboxes that an agent may see, the latest first.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_blocks(&self, agent: &Agent) -> Result<Vec<Block>> {
        let rows = block::Entity::find()
            .filter(agent.visibility.condition(block::COLUMN.inbox_id))
            .filter(self.in_force())
            .order_by_desc(block::Column::AtMs)
            .order_by_desc(block::Column::Id)
            .all(&self.store.reader)
            .await?;
        let block = |row: block::Model| Block {
            id: row.id,
            inbox: row.inbox_id,
            of: if row.network.is_some() { BlockOf::Network } else { BlockOf::Visitor },
            name: row.name,
            agent_name: row.agent_name,
            at_ms: row.at_ms,
            until_ms: row.until_ms,
        };
        Ok(rows.into_iter().map(block).collect())
    }

    /// Ends a block. Returns the visitor's name.
    ///
    /// # Errors
    /// `block_unknown`; store errors.
    pub async fn unblock(&self, agent: &Agent, id: BlockId) -> Result<String> {
        let row = block::Entity::find_by_id(id)
            .filter(agent.visibility.condition(block::COLUMN.inbox_id))
            .one(&self.store.reader)
            .await?;
        let row = row.ok_or(ErrorCode::BlockUnknown)?;
        block::Entity::delete_by_id(row.id).exec(&self.store.reader).await?;
        Ok(row.name)
    }

    /// Fails if a visitor is blocked, individually or through their network.
    ///
    /// # Errors
    /// `blocked`; store errors.
    pub(super) async fn check_blocks(
        &self,
        inbox: InboxId,
        visitor: VisitorId,
        network: Option<&str>,
    ) -> Result<()> {
        let of = Condition::any()
            .add(block::COLUMN.visitor_id.eq(visitor))
            .add_option(network.map(|network| block::COLUMN.network.eq(network)));
        let found = block::Entity::find()
            .filter(block::COLUMN.inbox_id.eq(inbox))
            .filter(of)
            .filter(self.in_force())
            .one(&self.store.reader)
            .await?;
        found.map_or(Ok(()), |_| Err(ErrorCode::Blocked.into()))
    }

    fn in_force(&self) -> Condition {
        let now_ms = self.ambient.now_ms();
        let until = block::COLUMN.until_ms;
        Condition::any().add(until.is_null()).add(until.gt(now_ms))
    }
}
