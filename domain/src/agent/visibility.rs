//! An agent's visibility: which conversations they may see. The only place that decides it, for lists,
//! search, sockets, server functions and the API.

use std::collections::{BTreeSet, HashMap};

use protocol::{AgentId, ErrorCode, InboxId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Condition};

use super::Right;
use crate::error::Result;
use crate::table::column::Typed;
use crate::table::{agent, agent_inbox, conversation, inbox};

/// Which inboxes' conversations an agent may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// Those of all inboxes, including future ones.
    #[default]
    All,
    /// Those of these inboxes.
    Inboxes(BTreeSet<InboxId>),
}

impl Visibility {
    /// Whether it includes the conversations of this inbox.
    #[must_use]
    pub fn covers(&self, inbox: InboxId) -> bool {
        match self {
            Self::All => true,
            Self::Inboxes(inboxes) => inboxes.contains(&inbox),
        }
    }

    /// Returns `conversation_unknown` if the conversation may not be seen, so that not even its existence is
    /// revealed.
    pub(crate) fn check(&self, row: &conversation::Model) -> Result<()> {
        if self.covers(row.inbox_id) { Ok(()) } else { Err(ErrorCode::ConversationUnknown.into()) }
    }

    /// The visibility as a condition on a column that holds an inbox's id.
    pub(crate) fn condition(&self, column: Typed<impl ColumnTrait, InboxId>) -> Condition {
        match self {
            Self::All => Condition::all(),
            Self::Inboxes(inboxes) => Condition::all().add(column.is_in(inboxes.iter().copied())),
        }
    }

    /// The visibility that follows from an agent's settings and role. Without any inbox they see nothing.
    fn new(row: &agent::Model, inboxes: BTreeSet<InboxId>) -> Self {
        let is_unlimited = row.sees_all || row.role.may(Right::SeeAll);
        if is_unlimited { Self::All } else { Self::Inboxes(inboxes) }
    }

    /// Reads the visibility of one agent.
    pub(crate) async fn read(db: &impl ConnectionTrait, row: &agent::Model) -> Result<Self> {
        let inboxes = agent_inbox::Entity::find()
            .filter(agent_inbox::COLUMN.agent_id.eq(row.id))
            .all(db)
            .await?;
        Ok(Self::new(row, inboxes.into_iter().map(|row| row.inbox_id).collect()))
    }

    /// Replaces an agent's inboxes. Whether they see all inboxes is in the agent's row.
    pub(super) async fn write(&self, db: &impl ConnectionTrait, agent: AgentId) -> Result<()> {
        agent_inbox::Entity::delete_many()
            .filter(agent_inbox::COLUMN.agent_id.eq(agent))
            .exec(db)
            .await?;
        let Self::Inboxes(inboxes) = self else { return Ok(()) };
        for id in inboxes {
            let known = inbox::Entity::find_by_id(*id).one(db).await?;
            known.ok_or(ErrorCode::InboxUnknown)?;
            let row = agent_inbox::ActiveModel { agent_id: Set(agent), inbox_id: Set(*id) };
            agent_inbox::Entity::insert(row).exec_without_returning(db).await?;
        }
        Ok(())
    }
}

/// The inboxes of each agent for whom any are set.
pub(crate) struct Visibilities(HashMap<AgentId, BTreeSet<InboxId>>);

impl Visibilities {
    pub(crate) async fn read(db: &impl ConnectionTrait) -> Result<Self> {
        let mut visibilities: HashMap<AgentId, BTreeSet<InboxId>> = HashMap::new();
        for row in agent_inbox::Entity::find().all(db).await? {
            visibilities.entry(row.agent_id).or_default().insert(row.inbox_id);
        }
        Ok(Self(visibilities))
    }

    /// The visibility of an agent.
    pub(crate) fn of(&self, row: &agent::Model) -> Visibility {
        Visibility::new(row, self.0.get(&row.id).cloned().unwrap_or_default())
    }
}
