//! Agents: the members of the support team.

pub(crate) mod link;
mod mail;
mod role;
mod settings;
mod visibility;

use async_trait::async_trait;
use protocol::{AgentId, Author, ErrorCode, LabelId, MailKind, Presence};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::Domain;
use crate::error::{Error, Result};
use crate::login::password;
use crate::table::agent;
use crate::writer::{Command, Shard, Write};

pub use link::LinkHolder;
pub(crate) use link::has_password;
pub use mail::AgentMail;
pub use role::{Right, Role};
pub use settings::AgentSettings;
pub(crate) use settings::require;
pub(crate) use visibility::Visibilities;
pub use visibility::Visibility;

/// A member of the support team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Their id.
    pub id: AgentId,
    /// Their email address, in lower case, with which they log in.
    pub email: String,
    /// Their name, which visitors see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The presence they chose, which they have while they have a socket.
    pub presence: Presence,
    /// The most conversations that routing assigns to them.
    pub capacity: Option<u32>,
    /// The labels whose conversations they can handle. Only `Domain::list_agents` fills them in.
    pub skills: Vec<LabelId>,
    /// Which conversations they may see.
    pub visibility: Visibility,
    /// Whether they are on the team.
    pub is_active: bool,
    /// Whether they have yet to set a password.
    pub is_invited: bool,
    /// The epoch of their logins. Logins of an earlier epoch are no longer valid.
    pub epoch: i32,
}

impl Agent {
    /// The agent as the author of an entry.
    #[must_use]
    pub fn author(&self) -> Author {
        Author::Agent { id: self.id, name: self.name.clone() }
    }
}

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

    async fn add(&self, create: Create) -> Result<Agent> {
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
        let row = agent::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        match row.filter(|row| row.is_active) {
            Some(row) => with_visibility(&self.store.reader, row).await.map(Some),
            None => Ok(None),
        }
    }
}

struct Create {
    email: String,
    name: String,
    role: Role,
    password_hash: String,
    only_first: bool,
    is_invited: bool,
    visibility: Visibility,
}

#[async_trait]
impl Command for Create {
    type Output = Agent;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Agent> {
        let any = agent::Entity::find().one(write.tx).await?;
        if self.only_first && any.is_some() {
            return Err(ErrorCode::SetupLinkInvalid.into());
        }
        let same = agent::Column::Email.eq(&*self.email);
        if agent::Entity::find().filter(same).one(write.tx).await?.is_some() {
            return Err(ErrorCode::EmailTaken.into());
        }
        let row = agent::ActiveModel {
            id: Set(write.ambient.uuid()),
            email: Set(self.email.clone()),
            name: Set(self.name.clone()),
            role: Set(self.role.as_str().to_owned()),
            password_hash: Set(self.password_hash.clone()),
            presence: Set(Presence::Online.as_str().to_owned()),
            capacity: Set(None),
            last_assigned_at_ms: Set(0),
            is_active: Set(true),
            epoch: Set(0),
            sees_all: Set(self.visibility == Visibility::All),
            totp_secret: Set(None),
            totp_step: Set(0),
            created_at_ms: Set(write.ambient.now_ms() as i64),
        };
        let created = from_row(row.insert(write.tx).await?)?;
        self.visibility.write(write.tx, created.id).await?;
        if self.is_invited {
            crate::mail::enqueue_link(write, created.id, MailKind::Invitation).await?;
        }
        Ok(created)
    }
}

/// The agent of a row, with their visibility.
pub(crate) async fn with_visibility(db: &impl ConnectionTrait, row: agent::Model) -> Result<Agent> {
    let visibility = Visibility::read(db, &row).await?;
    Ok(Agent { visibility, ..from_row(row)? })
}

fn from_row(row: agent::Model) -> Result<Agent> {
    let role = Role::read(&row.role)?;
    let is_invited = !has_password(&row);
    Ok(Agent {
        id: AgentId(row.id),
        email: row.email,
        name: row.name,
        role,
        presence: Presence::parse(&row.presence).ok_or(Error::Corrupt("an agent's presence"))?,
        capacity: row.capacity.map(i32::unsigned_abs),
        skills: Vec::new(),
        visibility: Visibility::All,
        is_active: row.is_active,
        epoch: row.epoch,
        is_invited,
    })
}

/// Returns an email address in lower case. Checks only what keeps out mistakes and injected headers: only an
/// email can tell whether a mailbox exists.
pub(crate) fn check_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let shaped = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    let plain =
        email.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"<>,;:\"".contains(c));
    if shaped && plain && email.len() <= 254 {
        Ok(email)
    } else {
        Err(ErrorCode::EmailInvalid.into())
    }
}

/// Returns a name without surrounding whitespace. It must have 1 to 80 characters, be on one line, and be
/// visible.
pub(crate) fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fits = (1..=80).contains(&name.chars().count())
        && !name.chars().any(char::is_control)
        && crate::visible::shows(name);
    if fits { Ok(name.to_owned()) } else { Err(ErrorCode::NameInvalid.into()) }
}
