//! An agent's settings: capacity, skills, inboxes, role, and whether they are on the team.

use std::collections::BTreeSet;

use protocol::{AgentId, ErrorCode, InboxId, LabelId, Member};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder, QuerySelect};

use super::{Agent, Right, Role, Visibilities, Visibility, from_row};
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::login::end_sessions;
use crate::table::{access_token, agent, agent_identity, agent_skill, label};

/// The highest capacity that can be set, in conversations.
const CAPACITY: u32 = 1_000;

/// An agent's settings.
#[derive(Clone, Debug, Default)]
pub struct AgentSettings {
    /// The most conversations that routing assigns to them; `None` is no limit.
    pub capacity: Option<u32>,
    /// The labels whose conversations they can handle.
    pub skills: BTreeSet<LabelId>,
    /// Which conversations they may see.
    pub visibility: Visibility,
}

impl Domain {
    /// All agents, by name, including deactivated ones.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_agents(&self) -> Result<Vec<Agent>> {
        let rows = agent::Entity::find()
            .order_by_asc(agent::Column::Name)
            .order_by_asc(agent::Column::Id)
            .all(&self.store.reader)
            .await?;
        let skills = agent_skill::Entity::find().all(&self.store.reader).await?;
        let visibilities = Visibilities::read(&self.store.reader).await?;
        let agent = |row: agent::Model| {
            let visibility = visibilities.of(&row);
            let of = skills.iter().filter(|skill| skill.agent_id == row.id);
            let skills = of.map(|skill| skill.label_id).collect();
            Agent { skills, visibility, ..from_row(row) }
        };
        Ok(rows.into_iter().map(agent).collect())
    }

    /// An agent as another sees them: only those who manage the team see the email addresses of others, and
    /// nobody sees inboxes that are not theirs.
    #[must_use]
    pub fn member(&self, me: &Agent, agent: Agent) -> Member {
        let sees_all = me.role.may(Right::ManageTeam);
        let seen = |inbox: &InboxId| me.visibility.covers(*inbox);
        Member {
            email: Some(agent.email).filter(|_| sees_all || agent.id == me.id),
            presence: self.hub().presence(agent.id),
            id: agent.id,
            name: agent.name,
            role: agent.role.as_str().to_owned(),
            capacity: agent.capacity.map(u64::from),
            skills: agent.skills,
            inboxes: match agent.visibility {
                Visibility::All => None,
                Visibility::Inboxes(inboxes) => Some(inboxes.into_iter().filter(seen).collect()),
            },
            is_active: agent.is_active,
        }
    }

    /// Replaces an agent's settings. Conversations that they may no longer see are routed to others.
    ///
    /// # Errors
    /// `agent_unknown`, `label_unknown`, `inbox_unknown`; store errors.
    pub async fn set_agent(&self, id: AgentId, settings: AgentSettings) -> Result<()> {
        let before = self.find_agent(id).await?.map(|agent| agent.visibility);
        self.writer.run(SetAgent { id, settings }).await?;
        if self.find_agent(id).await?.map(|agent| agent.visibility) != before {
            // Their sockets reconnect with their new visibility.
            self.hub().disconnect_agent(id);
            self.release_conversations(id).await?;
        }
        self.serve_queue().await
    }

    /// Deactivates or reactivates an agent. A deactivated agent can't log in. Their logins, their sockets and
    /// the access tokens on their behalf end for good, and their conversations are routed to others.
    ///
    /// # Errors
    /// `agent_unknown`, `last_owner`; store errors.
    pub async fn set_agent_active(&self, id: AgentId, is_active: bool) -> Result<()> {
        self.writer.run(SetActive { id, is_active }).await?;
        if !is_active {
            self.hub().disconnect_agent(id);
            self.release_conversations(id).await?;
        }
        self.tell_team().await
    }

    /// Changes an agent's role. They must log in again, and the access tokens on their behalf end.
    ///
    /// # Errors
    /// `agent_unknown`, `last_owner`; store errors.
    pub async fn set_agent_role(&self, id: AgentId, role: Role) -> Result<()> {
        self.writer.run(SetRole { id, role }).await?;
        self.hub().disconnect_agent(id);
        self.release_conversations(id).await
    }
}

/// The row of an agent, or the error `agent_unknown`.
pub(crate) async fn require(write: &Write<'_>, id: AgentId) -> Result<agent::Model> {
    let found = agent::Entity::find_by_id(id).one(write.tx).await?;
    found.ok_or(ErrorCode::AgentUnknown.into())
}

struct SetAgent {
    id: AgentId,
    settings: AgentSettings,
}

impl Command for SetAgent {
    type Output = ();
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let mut row: agent::ActiveModel = require(write, self.id).await?.into();
        let AgentSettings { capacity, skills, visibility } = &self.settings;
        row.capacity = Set(capacity.map(|most| most.min(CAPACITY) as i32));
        row.sees_all = Set(*visibility == Visibility::All);
        agent::Entity::update(row).exec(write.tx).await?;
        agent_skill::Entity::delete_many()
            .filter(agent_skill::COLUMN.agent_id.eq(self.id))
            .exec(write.tx)
            .await?;
        visibility.write(write.tx, self.id).await?;
        for skill in skills {
            let known = label::Entity::find_by_id(*skill).one(write.tx).await?;
            known.ok_or(ErrorCode::LabelUnknown)?;
            let row = agent_skill::ActiveModel { agent_id: Set(self.id), label_id: Set(*skill) };
            agent_skill::Entity::insert(row).exec_without_returning(write.tx).await?;
        }
        Ok(())
    }
}

struct SetActive {
    id: AgentId,
    is_active: bool,
}

impl Command for SetActive {
    type Output = ();
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let owners = lock_owners(write).await?;
        if !self.is_active && owners.len() == 1 && owners[0].id == self.id {
            return Err(ErrorCode::LastOwner.into());
        }
        let row = require(write, self.id).await?;
        let mut changed = row.clone().into_active_model();
        changed.is_active = Set(self.is_active);
        if !self.is_active {
            end_rights(write, &row, &mut changed).await?;
            // Unlink identity providers, so that an old link lets nobody in if the agent is reactivated.
            let theirs = agent_identity::COLUMN.agent_id.eq(row.id);
            agent_identity::Entity::delete_many().filter(theirs).exec(write.tx).await?;
        }
        agent::Entity::update(changed).exec(write.tx).await?;
        Ok(())
    }
}

/// Ends an agent's logins and access tokens, which were issued for other rights.
async fn end_rights(
    write: &Write<'_>,
    row: &agent::Model,
    changed: &mut agent::ActiveModel,
) -> Result<()> {
    changed.epoch = Set(row.epoch + 1);
    end_sessions(write.tx, row.id).await?;
    access_token::Entity::delete_many()
        .filter(access_token::COLUMN.agent_id.eq(row.id))
        .exec(write.tx)
        .await?;
    Ok(())
}

struct SetRole {
    id: AgentId,
    role: Role,
}

impl Command for SetRole {
    type Output = ();
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let owners = lock_owners(write).await?;
        if self.role != Role::Owner && owners.len() == 1 && owners[0].id == self.id {
            return Err(ErrorCode::LastOwner.into());
        }
        let row = require(write, self.id).await?;
        if row.role == self.role {
            return Ok(());
        }
        let mut changed = row.clone().into_active_model();
        changed.role = Set(self.role);
        end_rights(write, &row, &mut changed).await?;
        agent::Entity::update(changed).exec(write.tx).await?;
        Ok(())
    }
}

/// Locks and returns all active owners, so that two owners who deactivate each other at once can't both
/// succeed.
async fn lock_owners(write: &Write<'_>) -> Result<Vec<agent::Model>> {
    let owners = agent::Entity::find()
        .filter(agent::COLUMN.role.eq(Role::Owner))
        .filter(agent::COLUMN.is_active.eq(true))
        .order_by_asc(agent::Column::Id)
        .lock_exclusive();
    Ok(owners.all(write.tx).await?)
}
