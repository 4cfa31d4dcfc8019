//! The steps of unfinished logins: a password was correct and a second factor is needed, a passkey was
//! requested, or someone was sent to a provider.
//!
//! Each step is a row, so that any node can continue it. The browser stores a secret, and only its hash is
//! stored here. A finished step can't be finished again.

use protocol::{AgentId, ErrorCode};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::session::hash;
use super::step_kind::StepKind;
use crate::Domain;
use crate::error::{Error, Result};
use crate::table::column::Assign;
use crate::table::login_step;

/// How long a step is valid, in milliseconds.
const STEP_MS: u64 = 10 * 60 * 1_000;

/// A step that is not over.
pub(super) struct Step<T> {
    pub(super) agent: Option<AgentId>,
    pub(super) data: T,
}

impl Domain {
    /// Begins a step, and returns the secret that continues it.
    pub(super) async fn begin_step(
        &self,
        kind: StepKind,
        agent: Option<AgentId>,
        data: &impl Serialize,
    ) -> Result<String> {
        let secret = self.ambient.secret();
        let expires_at_ms = self.ambient.now_ms() + STEP_MS;
        let row = login_step::ActiveModel {
            hash: Set(hash(&secret)),
            kind: Set(kind),
            agent_id: Set(agent),
            data: Set(serde_json::to_string(data).map_err(|_| Error::Corrupt("a login's step"))?),
            expires_at_ms: Set(expires_at_ms),
        };
        login_step::Entity::insert(row).exec_without_returning(&self.store.reader).await?;
        Ok(secret)
    }

    /// Returns the step with this secret.
    ///
    /// # Errors
    /// `login_step_over`; store errors.
    pub(super) async fn read_step<T: DeserializeOwned>(
        &self,
        kind: StepKind,
        secret: &str,
    ) -> Result<Step<T>> {
        let found = login_step::Entity::find_by_id(hash(secret))
            .filter(login_step::COLUMN.kind.eq(kind))
            .filter(login_step::COLUMN.expires_at_ms.gt(self.ambient.now_ms()))
            .one(&self.store.reader)
            .await?;
        let row = found.ok_or(ErrorCode::LoginStepOver)?;
        let data = serde_json::from_str(&row.data).map_err(|_| Error::Corrupt("a login's step"))?;
        Ok(Step { agent: row.agent_id, data })
    }

    /// Changes the data of a step.
    ///
    /// # Errors
    /// Store errors.
    pub(super) async fn change_step(&self, secret: &str, data: &impl Serialize) -> Result<()> {
        let data = serde_json::to_string(data).map_err(|_| Error::Corrupt("a login's step"))?;
        login_step::Entity::update_many()
            .assign(login_step::COLUMN.data, data)
            .filter(login_step::COLUMN.hash.eq(hash(secret)))
            .exec(&self.store.reader)
            .await?;
        Ok(())
    }

    /// Ends a step. If two do so at once, only one succeeds.
    ///
    /// # Errors
    /// `login_step_over`; store errors.
    pub(super) async fn end_step(&self, secret: &str) -> Result<()> {
        let query = login_step::Entity::delete_by_id(hash(secret));
        if query.exec(&self.store.reader).await?.rows_affected == 0 {
            return Err(ErrorCode::LoginStepOver.into());
        }
        Ok(())
    }

    pub(super) async fn sweep_steps(&self) -> Result<()> {
        let is_over = login_step::COLUMN.expires_at_ms.lte(self.ambient.now_ms());
        login_step::Entity::delete_many().filter(is_over).exec(&self.store.reader).await?;
        Ok(())
    }
}
