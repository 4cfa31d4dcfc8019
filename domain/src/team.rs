//! Teams: groups of agents that conversations are routed to.

use protocol::{AgentId, ErrorCode, Routing, Team, TeamId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder};

use crate::Domain;
use crate::agent::check_name;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::{conversation, inbox, team, team_agent};

impl Domain {
    /// All teams, by name.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_teams(&self) -> Result<Vec<Team>> {
        let teams =
            team::Entity::find().order_by_asc(team::Column::Name).all(&self.store.reader).await?;
        let members = team_agent::Entity::find().all(&self.store.reader).await?;
        let team = |row: team::Model| {
            let of = members.iter().filter(|member| member.team_id == row.id);
            Team {
                id: row.id,
                members: of.map(|member| member.agent_id).collect(),
                routing: row.routing,
                name: row.name,
            }
        };
        Ok(teams.into_iter().map(team).collect())
    }

    /// Creates a team, or replaces the one with this id completely.
    ///
    /// # Errors
    /// `name_invalid` if the name is empty or too long; `name_taken`, `team_unknown`, `agent_unknown`; store
    /// errors.
    pub async fn save_team(
        &self,
        id: Option<TeamId>,
        name: &str,
        routing: Routing,
        members: Vec<AgentId>,
    ) -> Result<TeamId> {
        let name = check_name(name)?;
        let saved = self.writer.run(SaveTeam { id, name, routing, members }).await?;
        self.serve_queue().await?;
        Ok(saved)
    }

    /// Deletes a team. Its conversations keep their assignees, and their inbox's routing applies from now on.
    ///
    /// # Errors
    /// `team_unknown`; store errors.
    pub async fn delete_team(&self, id: TeamId) -> Result<()> {
        self.writer.run(DeleteTeam(id)).await
    }
}

struct DeleteTeam(TeamId);

impl Command for DeleteTeam {
    type Output = ();
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let id = self.0;
        inbox::Entity::update_many()
            .clear(inbox::COLUMN.team_id)
            .filter(inbox::COLUMN.team_id.eq(id))
            .exec(write.tx)
            .await?;
        conversation::Entity::update_many()
            .clear(conversation::COLUMN.team_id)
            .filter(conversation::COLUMN.team_id.eq(id))
            .exec(write.tx)
            .await?;
        let deleted = team::Entity::delete_by_id(id).exec(write.tx).await?;
        if deleted.rows_affected == 0 {
            return Err(ErrorCode::TeamUnknown.into());
        }
        Ok(())
    }
}

struct SaveTeam {
    id: Option<TeamId>,
    name: String,
    routing: Routing,
    members: Vec<AgentId>,
}

impl Command for SaveTeam {
    type Output = TeamId;
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<TeamId> {
        let same = team::Entity::find().filter(team::COLUMN.name.eq(&*self.name));
        let other = same.one(write.tx).await?.filter(|row| Some(row.id) != self.id);
        if other.is_some() {
            return Err(ErrorCode::NameTaken.into());
        }
        let id = match self.id {
            Some(id) => {
                let found = team::Entity::find_by_id(id).one(write.tx).await?;
                let mut row: team::ActiveModel = found.ok_or(ErrorCode::TeamUnknown)?.into();
                row.name = Set(self.name.clone());
                row.routing = Set(self.routing);
                team::Entity::update(row).exec(write.tx).await?;
                id
            }
            None => {
                let row = team::ActiveModel {
                    id: Set(TeamId(write.ambient.uuid())),
                    name: Set(self.name.clone()),
                    routing: Set(self.routing),
                    created_at_ms: Set(write.ambient.now_ms()),
                };
                row.insert(write.tx).await?.id
            }
        };
        team_agent::Entity::delete_many()
            .filter(team_agent::COLUMN.team_id.eq(id))
            .exec(write.tx)
            .await?;
        let mut members = self.members.clone();
        members.sort_unstable();
        members.dedup();
        for member in members {
            crate::agent::require(write, member).await?;
            let row = team_agent::ActiveModel { team_id: Set(id), agent_id: Set(member) };
            team_agent::Entity::insert(row).exec_without_returning(write.tx).await?;
        }
        Ok(id)
    }
}
