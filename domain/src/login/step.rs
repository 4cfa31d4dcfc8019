//! What somebody who logs in is in the middle of: a password was right and a second factor is asked for, a
//! passkey is asked for, a provider was gone to.
//!
//! Each is a row, so that any node goes on with it. The browser keeps a secret, of which only a hash is here;
//! what is finished can't be finished again.

use protocol::{AgentId, ErrorCode};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::session::hash;
use crate::Domain;
use crate::error::{Error, Result};
use crate::table::login_step;

/// How long there is for a step, in milliseconds.
const STEP_MS: u64 = 10 * 60 * 1_000;

/// What somebody is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Came by a password, and a second factor is asked for.
    SecondFactor,
    /// Makes codes by a new authenticator app.
    NewTotp,
    /// Adds a passkey.
    NewPasskey,
    /// Logs in by a passkey.
    Passkey,
    /// Went to a provider.
    Provider,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::NewTotp => "new_totp",
            Self::NewPasskey => "new_passkey",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
        }
    }
}

/// A step that is not over.
pub(super) struct Step<T> {
    pub(super) agent: Option<AgentId>,
    pub(super) data: T,
}

impl Domain {
    /// Begins a step, and returns the secret that goes on with it.
    pub(super) async fn begin_step(
        &self,
        kind: Kind,
        agent: Option<AgentId>,
        data: &impl Serialize,
    ) -> Result<String> {
        let secret = self.ambient.secret();
        let expires_at_ms = self.ambient.now_ms() + STEP_MS;
        let row = login_step::ActiveModel {
            hash: Set(hash(&secret)),
            kind: Set(kind.as_str().to_owned()),
            agent_id: Set(agent.map(|agent| agent.0)),
            data: Set(serde_json::to_string(data).map_err(|_| Error::Corrupt("a login's step"))?),
            expires_at_ms: Set(expires_at_ms.cast_signed()),
        };
        login_step::Entity::insert(row).exec_without_returning(&self.store.reader).await?;
        Ok(secret)
    }

    /// What somebody is in the middle of.
    ///
    /// # Errors
    /// `login_step_over`; the store's.
    pub(super) async fn read_step<T: DeserializeOwned>(
        &self,
        kind: Kind,
        secret: &str,
    ) -> Result<Step<T>> {
        let found = login_step::Entity::find_by_id(hash(secret))
            .filter(login_step::Column::Kind.eq(kind.as_str()))
            .filter(login_step::Column::ExpiresAtMs.gt(self.ambient.now_ms().cast_signed()))
            .one(&self.store.reader)
            .await?;
        let row = found.ok_or(ErrorCode::LoginStepOver)?;
        let data = serde_json::from_str(&row.data).map_err(|_| Error::Corrupt("a login's step"))?;
        Ok(Step { agent: row.agent_id.map(AgentId), data })
    }

    /// Changes what a step is about.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn change_step(&self, secret: &str, data: &impl Serialize) -> Result<()> {
        let data = serde_json::to_string(data).map_err(|_| Error::Corrupt("a login's step"))?;
        login_step::Entity::update_many()
            .col_expr(login_step::Column::Data, Expr::value(data))
            .filter(login_step::Column::Hash.eq(hash(secret)))
            .exec(&self.store.reader)
            .await?;
        Ok(())
    }

    /// Ends a step: of two who do so, one gets on.
    ///
    /// # Errors
    /// `login_step_over`; the store's.
    pub(super) async fn end_step(&self, secret: &str) -> Result<()> {
        let query = login_step::Entity::delete_by_id(hash(secret));
        if query.exec(&self.store.reader).await?.rows_affected == 0 {
            return Err(ErrorCode::LoginStepOver.into());
        }
        Ok(())
    }

    pub(super) async fn sweep_steps(&self) -> Result<()> {
        let is_over = login_step::Column::ExpiresAtMs.lte(self.ambient.now_ms().cast_signed());
        login_step::Entity::delete_many().filter(is_over).exec(&self.store.reader).await?;
        Ok(())
    }
}
