//! Creates and finds agents.

use protocol::{AgentId, ErrorCode, MailKind, Presence, UnixMillis};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::{Agent, Role, Visibility, check_email, check_name, from_row, with_visibility};
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::login::password;
use crate::table::agent;

/// What is needed to create an agent.
pub struct NewAgent {
    /// Their email address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their password: 10 to 200 characters, and not easy to guess.
    pub password: String,
}

impl Domain {
    /// Creates the first agent, the owner. Of two concurrent calls, one succeeds.
    ///
    /// # Errors
    /// `setup_link_invalid` if there is an agent already, `email_invalid`, `name_invalid`,
    /// `password_length`, `password_weak`; store errors.
    pub async fn create_owner(&self, new: NewAgent) -> Result<Agent> {
        self.create(new, Role::Owner, true).await
    }

    /// Creates an agent.
    ///
    /// # Errors
    /// `email_taken`, `email_invalid`, `name_invalid`, `password_length`, `password_weak`; store errors.
    pub async fn create_agent(&self, new: NewAgent, role: Role) -> Result<Agent> {
        self.create(new, role, false).await
    }

    async fn create(&self, new: NewAgent, role: Role, only_first: bool) -> Result<Agent> {
        let email = check_email(&new.email)?;
        let name = check_name(&new.name)?;
        password::check(&new.password, &[&name, &email])?;
        let password_hash = password::hash(new.password, self.ambient.bytes()).await?;
        let (is_invited, visibility) = (false, Visibility::All);
        self.add(Create { email, name, role, password_hash, only_first, is_invited, visibility })
            .await
    }

    pub(super) async fn add(&self, create: Create) -> Result<Agent> {
        let created = self.writer.run(create).await?;
        // The agent is on disk, even if this fails.
        if let Err(error) = self.tell_team().await {
            tracing::warn!(%error, "could not tell agents about a new one");
        }
        Ok(created)
    }

    /// Whether there is any agent.
    ///
    /// # Errors
    /// Store errors.
    pub async fn has_agents(&self) -> Result<bool> {
        Ok(agent::Entity::find().one(&self.store.reader).await?.is_some())
    }

    /// The agent with this id, if they are on the team.
    ///
    /// # Errors
    /// Store errors.
    pub async fn find_agent(&self, id: AgentId) -> Result<Option<Agent>> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        match row.filter(|row| row.is_active) {
            Some(row) => with_visibility(&self.store.reader, row).await.map(Some),
            None => Ok(None),
        }
    }
}

pub(super) struct Create {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) password_hash: String,
    pub(super) only_first: bool,
    pub(super) is_invited: bool,
    pub(super) visibility: Visibility,
}

impl Command for Create {
    type Output = Agent;
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Agent> {
        let any = agent::Entity::find().one(write.tx).await?;
        if self.only_first && any.is_some() {
            return Err(ErrorCode::SetupLinkInvalid.into());
        }
        let same = agent::COLUMN.email.eq(&*self.email);
        if agent::Entity::find().filter(same).one(write.tx).await?.is_some() {
            return Err(ErrorCode::EmailTaken.into());
        }
        let row = agent::ActiveModel {
            id: Set(AgentId(write.ambient.uuid())),
            email: Set(self.email.clone()),
            name: Set(self.name.clone()),
            role: Set(self.role),
            password_hash: Set(self.password_hash.clone()),
            presence: Set(Presence::Online),
            capacity: Set(None),
            last_assigned_at_ms: Set(UnixMillis::ZERO),
            is_active: Set(true),
            epoch: Set(0),
            sees_all: Set(self.visibility == Visibility::All),
            totp_secret: Set(None),
            totp_step: Set(0),
            created_at_ms: Set(write.ambient.now_ms()),
        };
        let created = from_row(row.insert(write.tx).await?);
        self.visibility.write(write.tx, created.id).await?;
        if self.is_invited {
            crate::mail::enqueue_link(write, created.id, MailKind::Invitation).await?;
        }
        Ok(created)
    }
}
