//! Agents' email preferences; since when a visitor waits for an answer; and since when an email is delayed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, boolean, integer_null, string, string_null, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum AgentMail {
    Table,
    AgentId,
    Assigned,
    Mentioned,
    Waiting,
    EscalationMs,
    SummaryAt,
    TimeZone,
    SummarizedOn,
}

#[derive(DeriveIden)]
enum Mail {
    Table,
    LateAtMs,
}

#[derive(DeriveIden)]
enum Conversation {
    Table,
    LastAuthorKind,
    LastAtMs,
    WaitingSinceMs,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let wanted = Table::create()
            .table(AgentMail::Table)
            .col(uuid(AgentMail::AgentId).primary_key())
            .col(boolean(AgentMail::Assigned))
            .col(boolean(AgentMail::Mentioned))
            .col(boolean(AgentMail::Waiting))
            .col(big_integer_null(AgentMail::EscalationMs))
            // Minutes since midnight, in the agent's time zone.
            .col(integer_null(AgentMail::SummaryAt))
            .col(string(AgentMail::TimeZone))
            // The day of the last summary.
            .col(string_null(AgentMail::SummarizedOn))
            .to_owned();
        manager.create_table(crate::exact(manager, wanted)).await?;

        let late = big_integer_null(Mail::LateAtMs);
        crate::add_column(manager, Mail::Table, late).await?;
        let since = big_integer_null(Conversation::WaitingSinceMs);
        crate::add_column(manager, Conversation::Table, since).await?;
        let waits = Query::update()
            .table(Conversation::Table)
            .value(Conversation::WaitingSinceMs, Expr::col(Conversation::LastAtMs))
            .and_where(Expr::col(Conversation::LastAuthorKind).eq("visitor"))
            .to_owned();
        manager.execute(waits).await
    }
}
