//! How agents must log in, as owners say.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};

use crate::Domain;
use crate::error::Result;
use crate::table::{agent, login_rules, passkey};
use protocol::{AgentId, ErrorCode};

/// How agents must log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoginRules {
    /// Whether a password alone lets nobody in.
    pub second_factor_required: bool,
    /// Whether a provider is the only way in, but for owners.
    pub passwords_off: bool,
}

impl Domain {
    /// How agents must log in.
    ///
    /// # Errors
    /// The store's.
    pub async fn login_rules(&self) -> Result<LoginRules> {
        let row = login_rules::Entity::find_by_id(1).one(&self.store.reader).await?;
        Ok(row.map_or_else(LoginRules::default, |row| LoginRules {
            second_factor_required: row.second_factor_required,
            passwords_off: row.passwords_off,
        }))
    }

    /// Says how agents must log in. Whoever came in by less is logged out; `by` must have a second factor
    /// to demand one.
    ///
    /// # Errors
    /// `second_factor_required`, `provider_unknown` where passwords are off and there is no provider; the
    /// store's.
    pub async fn set_login_rules(&self, by: AgentId, rules: LoginRules) -> Result<()> {
        if rules.second_factor_required && !self.second_factors(by).await?.is_any() {
            return Err(ErrorCode::SecondFactorRequired.into());
        }
        if rules.passwords_off && self.list_providers().await?.is_empty() {
            return Err(ErrorCode::ProviderUnknown.into());
        }
        let row = login_rules::ActiveModel {
            id: Set(1),
            second_factor_required: Set(rules.second_factor_required),
            passwords_off: Set(rules.passwords_off),
        };
        let replace = OnConflict::column(login_rules::Column::Id)
            .update_columns([
                login_rules::Column::SecondFactorRequired,
                login_rules::Column::PasswordsOff,
            ])
            .to_owned();
        login_rules::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.store.reader)
            .await?;
        if rules.second_factor_required {
            self.end_logins_without_second_factor().await?;
        }
        Ok(())
    }

    async fn end_logins_without_second_factor(&self) -> Result<()> {
        let with_passkey: Vec<Uuid> = passkey::Entity::find()
            .all(&self.store.reader)
            .await?
            .into_iter()
            .map(|row| row.agent_id)
            .collect();
        let without = agent::Entity::find()
            .filter(agent::Column::TotpSecret.is_null())
            .filter(agent::Column::Id.is_not_in(with_passkey))
            .all(&self.store.reader)
            .await?;
        for row in without {
            agent::Entity::update_many()
                .col_expr(agent::Column::Epoch, Expr::col(agent::Column::Epoch).add(1))
                .filter(agent::Column::Id.eq(row.id))
                .exec(&self.store.reader)
                .await?;
            self.end_logins(AgentId(row.id)).await?;
        }
        Ok(())
    }
}
