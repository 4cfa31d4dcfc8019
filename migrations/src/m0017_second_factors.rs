//! Second factors, passkeys, and single sign-on (OpenID Connect).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, string_null, text, text_null, uuid,
    uuid_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Agent {
    Table,
    TotpSecret,
    TotpStep,
}

#[derive(DeriveIden)]
enum LoginStep {
    Table,
    Hash,
    Kind,
    AgentId,
    Data,
    ExpiresAtMs,
}

#[derive(DeriveIden)]
enum RecoveryCode {
    Table,
    Hash,
    AgentId,
}

#[derive(DeriveIden)]
enum Passkey {
    Table,
    Id,
    AgentId,
    CredentialHash,
    Name,
    Data,
    CreatedAtMs,
    UsedAtMs,
}

#[derive(DeriveIden)]
enum IdentityProvider {
    Table,
    Id,
    Name,
    Issuer,
    ClientId,
    ClientSecret,
    Domains,
    RoleClaim,
    AdminValues,
    AgentValues,
}

#[derive(DeriveIden)]
enum AgentIdentity {
    Table,
    Hash,
    ProviderId,
    AgentId,
}

#[derive(DeriveIden)]
enum LoginRules {
    Table,
    Id,
    SecondFactorRequired,
    PasswordsOff,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Encrypted rather than hashed, since it must be readable.
        crate::add_column(manager, Agent::Table, text_null(Agent::TotpSecret)).await?;
        // The time step of the last accepted code: no code is accepted twice.
        let step = big_integer(Agent::TotpStep).default(0).to_owned();
        crate::add_column(manager, Agent::Table, step).await?;
        let login_step = Table::create()
            .table(LoginStep::Table)
            .col(string(LoginStep::Hash).primary_key())
            .col(string(LoginStep::Kind))
            .col(uuid_null(LoginStep::AgentId))
            .col(text(LoginStep::Data))
            .col(big_integer(LoginStep::ExpiresAtMs))
            .to_owned();
        let recovery_code = Table::create()
            .table(RecoveryCode::Table)
            .col(string(RecoveryCode::Hash).primary_key())
            .col(uuid(RecoveryCode::AgentId))
            .to_owned();
        let passkey = Table::create()
            .table(Passkey::Table)
            .col(uuid(Passkey::Id).primary_key())
            .col(uuid(Passkey::AgentId))
            // A credential id may be too long for a unique key on MySQL.
            .col(string(Passkey::CredentialHash).unique_key())
            .col(string(Passkey::Name))
            .col(text(Passkey::Data))
            .col(big_integer(Passkey::CreatedAtMs))
            .col(big_integer_null(Passkey::UsedAtMs))
            .to_owned();
        let provider = Table::create()
            .table(IdentityProvider::Table)
            .col(uuid(IdentityProvider::Id).primary_key())
            .col(string(IdentityProvider::Name))
            .col(text(IdentityProvider::Issuer))
            .col(text(IdentityProvider::ClientId))
            // Encrypted rather than hashed, since it must be readable.
            .col(text(IdentityProvider::ClientSecret))
            .col(text(IdentityProvider::Domains))
            .col(string_null(IdentityProvider::RoleClaim))
            .col(text(IdentityProvider::AdminValues))
            .col(text(IdentityProvider::AgentValues))
            .to_owned();
        let identity = Table::create()
            .table(AgentIdentity::Table)
            // A hash of the provider and the subject, which may be long.
            .col(string(AgentIdentity::Hash).primary_key())
            .col(uuid(AgentIdentity::ProviderId))
            .col(uuid(AgentIdentity::AgentId))
            .to_owned();
        let rules = Table::create()
            .table(LoginRules::Table)
            .col(integer(LoginRules::Id).primary_key())
            .col(boolean(LoginRules::SecondFactorRequired))
            .col(boolean(LoginRules::PasswordsOff))
            .to_owned();
        for table in [login_step, recovery_code, passkey, provider, identity, rules] {
            manager.create_table(crate::exact(manager, table)).await?;
        }
        for (name, table, column) in [
            (
                "login_step_end",
                LoginStep::Table.into_table_ref(),
                LoginStep::ExpiresAtMs.into_iden(),
            ),
            (
                "recovery_code_agent",
                RecoveryCode::Table.into_table_ref(),
                RecoveryCode::AgentId.into_iden(),
            ),
            ("passkey_agent", Passkey::Table.into_table_ref(), Passkey::AgentId.into_iden()),
        ] {
            let mut index = Index::create();
            index.name(name).table(table).col(column);
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }
}
