//! Routing: which agent conversations are assigned to.

use protocol::{AgentId, Status};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use super::core::{Release, ServeQueue};
use crate::Domain;
use crate::error::Result;
use crate::table::{agent, conversation};

impl Domain {
    /// Assigns queued conversations to agents who have room. Call it when presence changes: everything else
    /// that makes room does it already.
    ///
    /// # Errors
    /// Store errors.
    pub async fn serve_queue(&self) -> Result<()> {
        self.writer.decide(ServeQueue { except: None }).await
    }

    /// Routes conversations that are still assigned to deactivated agents to others, which a shutdown may
    /// have kept [`Domain::set_agent_active`] from doing.
    ///
    /// # Errors
    /// Store errors.
    pub async fn release_left_behind(&self) -> Result<()> {
        let gone: Vec<AgentId> = agent::Entity::find()
            .select_only()
            .column(agent::Column::Id)
            .filter(agent::COLUMN.is_active.eq(false))
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        let held = conversation::Entity::find()
            .filter(conversation::COLUMN.assignee_id.is_in(gone))
            .filter(conversation::COLUMN.status.eq(Status::Assigned))
            .all(&self.store.reader)
            .await?;
        for (row, agent) in held.into_iter().filter_map(|row| Some((row.id, row.assignee_id?))) {
            self.writer.decide(Release { conversation: row, agent }).await?;
        }
        Ok(())
    }

    /// Routes an agent's unresolved conversations to others: all of them if the agent has left, or those that
    /// they may no longer see.
    ///
    /// # Errors
    /// Store errors.
    pub(crate) async fn release_conversations(&self, agent: AgentId) -> Result<()> {
        let held = conversation::Entity::find()
            .filter(conversation::COLUMN.assignee_id.eq(agent))
            .filter(conversation::COLUMN.status.eq(Status::Assigned))
            .all(&self.store.reader)
            .await?;
        let stays = self.find_agent(agent).await?;
        let keeps = |row: &conversation::Model| {
            stays.as_ref().is_some_and(|agent| agent.visibility.check(row).is_ok())
        };
        for row in held.into_iter().filter(|row| !keeps(row)) {
            self.writer.decide(Release { conversation: row.id, agent }).await?;
        }
        Ok(())
    }
}
