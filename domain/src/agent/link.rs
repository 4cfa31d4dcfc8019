//! Links with which an agent sets their password, after an invitation or because they forgot it.
//!
//! A link is `ID.UNTIL.MAC`. The MAC also covers the stored password hash: once that changes, the link is no
//! longer valid. There is no row to store or to clean up. The MAC's key is not in the database, so nobody can
//! make a link from a backup.

use protocol::{AgentId, ErrorCode, MailKind};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect};

use super::create::Create;
use super::link_token::{Link, issue};
use super::{Agent, Role, Visibility, check_email, check_name, has_password, with_visibility};
use crate::Domain;
use crate::ambient::Ambient;
use crate::audit::{Actor, AuditAction, Subject};
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::login::{Source, end_sessions, password};
use crate::table::agent;

/// The password hash of an agent who has no password yet: not a PHC string, and secret.
pub(super) fn no_password(ambient: &Ambient) -> String {
    format!("!{}", ambient.secret())
}

/// The agent whose password a link sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkHolder {
    /// Their name.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// Whether they have not set a password yet.
    pub is_invited: bool,
}

impl Domain {
    /// Creates an agent without a password, and queues an invitation email.
    ///
    /// # Errors
    /// `email_taken`, `email_invalid`, `name_invalid`, `inbox_unknown`; store errors.
    pub async fn invite_agent(
        &self,
        email: &str,
        name: &str,
        role: Role,
        visibility: Visibility,
    ) -> Result<Agent> {
        let (email, name) = (check_email(email)?, check_name(name)?);
        let password_hash = no_password(&self.ambient);
        let create = Create {
            email,
            name,
            role,
            password_hash,
            only_first: false,
            is_invited: true,
            visibility,
        };
        self.add(create).await
    }

    /// Creates an agent without a password, who logs in through an identity provider.
    pub(crate) async fn add_by_provider(
        &self,
        email: &str,
        name: &str,
        role: Role,
    ) -> Result<Agent> {
        self.add(Create {
            email: email.to_owned(),
            name: name.to_owned(),
            role,
            password_hash: no_password(&self.ambient),
            only_first: false,
            is_invited: false,
            visibility: Visibility::All,
        })
        .await
    }

    /// Creates a link with which an agent sets their password, for an owner or admin to pass on.
    ///
    /// # Errors
    /// `agent_unknown`; store errors.
    pub async fn password_link(&self, id: AgentId) -> Result<String> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        let row = row.filter(|row| row.is_active).ok_or(ErrorCode::AgentUnknown)?;
        Ok(issue(&row, self.ambient.now_ms(), self.ambient.keys()))
    }

    /// Queues an email with which the agent with this address sets a password. The result, which tells who
    /// that is, is only for the audit log.
    ///
    /// # Errors
    /// Store errors.
    pub async fn forget_password(&self, email: &str) -> Result<Option<Subject>> {
        self.writer.run(Forget { email: email.trim().to_lowercase() }).await
    }

    /// Does the same in the background, so that the time it takes does not reveal whether there is such an
    /// agent.
    pub fn forget_password_later(&self, email: String, source: Source) {
        let domain = self.clone();
        tokio::spawn(async move {
            match domain.forget_password(&email).await {
                Ok(None) => {}
                Ok(subject) => {
                    let action = AuditAction::PasswordForgotten;
                    domain.audit_later(Actor::Stranger(email), action, subject, &source);
                }
                Err(error) => tracing::error!(%error, "could not queue a password reset email"),
            }
        });
    }

    /// Returns the agent whose password a link sets.
    ///
    /// # Errors
    /// `link_invalid`; store errors.
    pub async fn link_holder(&self, link: &str) -> Result<LinkHolder> {
        let link = Link::parse(link)?;
        let row = agent::Entity::find_by_id(link.agent).one(&self.store.reader).await?;
        let row = link.opens(row, &self.ambient)?;
        let is_invited = !has_password(&row);
        Ok(LinkHolder { name: row.name, email: row.email, is_invited })
    }

    /// Sets the password of the agent whose link it is, and ends their logins. A link works only once.
    ///
    /// # Errors
    /// `link_invalid`, `password_length`, `password_weak`; store errors.
    pub async fn set_password(&self, link: &str, password: String) -> Result<Agent> {
        let link = Link::parse(link)?;
        let row = agent::Entity::find_by_id(link.agent).one(&self.store.reader).await?;
        // Check the link before the expensive hashing, so that not just anyone can cause it.
        let row = link.opens(row, &self.ambient)?;
        password::check(&password, &[&row.name, &row.email])?;
        let password_hash = password::hash(password, self.ambient.bytes()).await?;
        let agent = self.writer.run(SetPassword { link, password_hash }).await?;
        self.hub().disconnect_agent(agent.id);
        Ok(agent)
    }
}

struct Forget {
    email: String,
}

impl Command for Forget {
    type Output = Option<Subject>;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Option<Subject>> {
        let found = agent::Entity::find()
            .filter(agent::COLUMN.email.eq(&*self.email))
            .filter(agent::COLUMN.is_active.eq(true))
            .one(write.tx)
            .await?;
        let Some(row) = found else { return Ok(None) };
        let kind = if has_password(&row) { MailKind::Password } else { MailKind::Invitation };
        crate::mail::enqueue_link(write, row.id, kind).await?;
        Ok(Some((row.id.0, row.name)))
    }
}

struct SetPassword {
    link: Link,
    password_hash: String,
}

impl Command for SetPassword {
    type Output = Agent;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Agent> {
        let query = agent::Entity::find_by_id(self.link.agent).lock_exclusive();
        let row = self.link.opens(query.one(write.tx).await?, write.ambient)?;
        // Log out anyone else who knew the old password.
        let epoch = row.epoch + 1;
        let mut changed = row.into_active_model();
        changed.password_hash = Set(self.password_hash.clone());
        changed.epoch = Set(epoch);
        let row = agent::Entity::update(changed).exec(write.tx).await?;
        end_sessions(write.tx, self.link.agent).await?;
        with_visibility(write.tx, row).await
    }
}
