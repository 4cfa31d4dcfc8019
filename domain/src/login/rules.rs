//! How agents must log in, as set by owners.

use sea_orm::ActiveValue::Set;
use sea_orm::Condition;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};

use crate::Domain;
use crate::agent::Role;
use crate::error::Result;
use crate::table::{agent, login_rules, passkey};
use protocol::{AgentId, ErrorCode};

/// How agents must log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoginRules {
    /// Whether a password alone is not enough.
    pub second_factor_required: bool,
    /// Whether a provider is the only way to log in, except for owners.
    pub passwords_off: bool,
}

impl Domain {
    /// How agents must log in.
    ///
    /// # Errors
    /// Store errors.
    pub async fn login_rules(&self) -> Result<LoginRules> {
        let row = login_rules::Entity::find_by_id(1).one(&self.store.reader).await?;
        Ok(row.map_or_else(LoginRules::default, |row| LoginRules {
            second_factor_required: row.second_factor_required,
            passwords_off: row.passwords_off,
        }))
    }

    /// Sets how agents must log in. Agents whose logins may not meet the new rules are logged out. `by` must
    /// have a second factor to require one.
    ///
    /// # Errors
    /// `second_factor_required`; `provider_unknown` if passwords are off and there is no provider; store
    /// errors.
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
            self.end_logins_of(without_second_factor()).await?;
        }
        if rules.passwords_off {
            let others = agent::COLUMN.role.ne(Role::Owner);
            self.end_logins_of(Condition::all().add(others)).await?;
        }
        Ok(())
    }

    /// Ends all logins of these agents.
    pub(super) async fn end_logins_of(&self, agents: Condition) -> Result<()> {
        for row in agent::Entity::find().filter(agents).all(&self.store.reader).await? {
            self.log_out_everywhere(row.id).await?;
        }
        Ok(())
    }
}

/// Agents without a second factor. Those who have one logged in with it: setting up the first ends all earlier
/// logins.
fn without_second_factor() -> Condition {
    let mut with_passkey = Query::select();
    with_passkey.column(passkey::Column::AgentId).from(passkey::Entity);
    Condition::all()
        .add(agent::COLUMN.totp_secret.is_null())
        .add(agent::COLUMN.id.not_in_subquery(with_passkey))
}
