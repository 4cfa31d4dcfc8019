//! What agents may see, and access tokens for programs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string, text, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden, Clone)]
enum Agent {
    Table,
    Id,
}

#[derive(DeriveIden, Clone)]
enum Inbox {
    Table,
    Id,
}

#[derive(DeriveIden, Clone)]
enum AgentInbox {
    Table,
    AgentId,
    InboxId,
}

#[derive(DeriveIden)]
enum AccessToken {
    Table,
    Id,
    Name,
    Hash,
    Scopes,
    AgentId,
    CreatedAtMs,
    LastUsedAtMs,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let agent_inbox = crate::pair(
            AgentInbox::Table,
            (AgentInbox::AgentId, Agent::Table, Agent::Id),
            (AgentInbox::InboxId, Inbox::Table, Inbox::Id),
        );
        let access_token = Table::create()
            .table(AccessToken::Table)
            .col(uuid(AccessToken::Id).primary_key())
            .col(string(AccessToken::Name))
            .col(string(AccessToken::Hash).unique_key())
            .col(text(AccessToken::Scopes))
            .col(uuid(AccessToken::AgentId))
            .col(big_integer(AccessToken::CreatedAtMs))
            .col(big_integer_null(AccessToken::LastUsedAtMs))
            .foreign_key(
                ForeignKey::create()
                    .from(AccessToken::Table, AccessToken::AgentId)
                    .to(Agent::Table, Agent::Id)
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        for table in [agent_inbox, access_token] {
            manager.create_table(crate::exact(manager, table)).await?;
        }
        Ok(())
    }
}
