//! How agents log in and stay logged in: passwords, limits on attempts, and lasting logins.

mod attempts;
mod device;
mod passkey;
pub(crate) mod password;
mod provider;
mod rules;
mod second;
mod session;
pub(crate) mod source;
mod step;
pub(crate) mod step_kind;

use protocol::{AgentId, ErrorCode};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};

pub(crate) use attempts::Attempts;
pub use passkey::{PasskeyDetails, PasskeyRequest, PasskeySite};
pub use provider::{Provider, ProviderClaims};
pub use rules::LoginRules;
pub use second::{Pending, SecondFactors, TotpOffer};
pub(crate) use session::end_all as end_sessions;
pub use session::{Login, LoginDetails, MOST_DAYS};
pub use source::Source;

use crate::Domain;
use crate::agent::{Agent, has_password, with_visibility};
use crate::audit::{Actor, AuditAction};
use crate::error::Result;
use crate::table::agent;
use crate::table::column::Assign;

/// What someone submits to log in.
pub struct Attempt {
    /// The email address that they log in with.
    pub email: String,
    /// Their password.
    pub password: String,
    /// What their browser has stored since an earlier login: see [`Domain::device`].
    pub device: Option<String>,
}

impl Domain {
    /// Returns the agent with this address and password. An agent who has logged in with the same browser
    /// before is not held up by the attempts of strangers.
    ///
    /// # Errors
    /// `login_wrong`, whichever of the two is wrong, after the same time; `too_many_attempts`; store errors.
    pub async fn log_in(&self, attempt: Attempt, source: &Source) -> Result<Agent> {
        let email = attempt.email.trim().to_lowercase();
        // No longer address exists (RFC 5321, section 4.5.3.1.3), and each one is remembered for a while.
        if email.len() > 254 {
            return Err(ErrorCode::LoginWrong.into());
        }
        let found = agent::Entity::find()
            .filter(agent::COLUMN.email.eq(&email))
            .one(&self.store.reader)
            .await?;
        let device = attempt.device.as_deref();
        let known = found
            .as_ref()
            .zip(device)
            .filter(|(row, device)| device::is_of(row, device, &self.ambient));
        match known {
            Some((_, device)) => self.attempts.check_known(device)?,
            None => self.attempts.check_stranger(&email, source)?,
        }
        let hash = found.as_ref().filter(|row| has_password(row));
        let hash = hash.map(|row| row.password_hash.clone());
        let is_right = password::verify(attempt.password, hash, known.is_some()).await?;
        match found {
            Some(row) if is_right && row.is_active => {
                with_visibility(&self.store.reader, row).await
            }
            found => {
                // The agent whose address was tried, if there is one.
                let subject = found.map(|row| (row.id.0, row.name));
                self.audit_later(Actor::Stranger(email), AuditAction::LoginFailed, subject, source);
                Err(ErrorCode::LoginWrong.into())
            }
        }
    }

    /// Asks an agent whose password was correct for a second factor, if one is needed. Returns the secret that
    /// continues the login, or `None` if they may log in.
    ///
    /// # Errors
    /// `passwords_off`; store errors.
    pub async fn admit(&self, agent: &Agent, to: &str) -> Result<Option<String>> {
        self.may_come_without_provider(agent.role).await?;
        self.ask_second_factor(agent, to).await
    }

    /// Checks whether a link to replace a forgotten password may be requested.
    ///
    /// # Errors
    /// `too_many_attempts`.
    pub fn may_forget_password(&self, email: &str, source: &Source) -> Result<()> {
        self.attempts.check_forgotten(&email.trim().to_lowercase(), source)
    }

    /// What an agent's browser stores, so that it is recognized at their next login. It grants no access.
    ///
    /// # Errors
    /// `agent_unknown`; store errors.
    pub async fn device(&self, id: AgentId) -> Result<String> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        Ok(device::issue(&row.ok_or(ErrorCode::AgentUnknown)?, &self.ambient))
    }

    /// Changes an agent's own password, and ends all their logins. Returns the agent as they are now.
    ///
    /// # Errors
    /// `login_wrong` if `current` is not their password; `too_many_attempts`, `password_length`,
    /// `password_weak`; store errors.
    pub async fn change_password(
        &self,
        id: AgentId,
        current: String,
        new: String,
    ) -> Result<Agent> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        let row = row.ok_or(ErrorCode::AgentUnknown)?;
        self.attempts.check_known(&id.to_string())?;
        let hash = has_password(&row).then(|| row.password_hash.clone());
        if !password::verify(current, hash, true).await? {
            return Err(ErrorCode::LoginWrong.into());
        }
        password::check(&new, &[&row.name, &row.email])?;
        let new = password::hash(new, self.ambient.bytes()).await?;
        // Only replace the password that was verified: a link may have set another one meanwhile.
        let changed = agent::Entity::update_many()
            .assign(agent::COLUMN.password_hash, new)
            .col_expr(agent::Column::Epoch, Expr::col(agent::Column::Epoch).add(1))
            .filter(agent::COLUMN.id.eq(id))
            .filter(agent::COLUMN.epoch.eq(row.epoch))
            .filter(agent::COLUMN.password_hash.eq(row.password_hash))
            .exec(&self.store.reader)
            .await?;
        if changed.rows_affected == 0 {
            return Err(ErrorCode::LoginWrong.into());
        }
        self.end_logins(id).await?;
        Ok(self.find_agent(id).await?.ok_or(ErrorCode::AgentUnknown)?)
    }

    /// Ends all logins of an agent at once. Returns the agent as they are now.
    ///
    /// # Errors
    /// `agent_unknown`; store errors.
    pub async fn log_out_everywhere(&self, id: AgentId) -> Result<Agent> {
        agent::Entity::update_many()
            .col_expr(agent::Column::Epoch, Expr::col(agent::Column::Epoch).add(1))
            .filter(agent::COLUMN.id.eq(id))
            .exec(&self.store.reader)
            .await?;
        self.end_logins(id).await?;
        Ok(self.find_agent(id).await?.ok_or(ErrorCode::AgentUnknown)?)
    }

    /// Reseals login secrets that are not sealed with the newest key. Returns how many.
    pub(crate) async fn seal_login_secrets(&self) -> Result<usize> {
        Ok(self.reseal_totp().await? + self.reseal_providers().await?)
    }

    /// Deletes an agent's logins, whose epoch is over, and makes their sockets authenticate again.
    pub(super) async fn end_logins(&self, id: AgentId) -> Result<()> {
        session::end_all(&self.store.reader, id).await?;
        self.hub().disconnect_agent(id);
        Ok(())
    }
}
