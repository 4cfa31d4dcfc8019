//! Sessions that can be listed and ended and are stored only as a hash; and the audit log.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, integer, string, string_null, text, text_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Session {
    Table,
    Hash,
    Id,
    AgentId,
    Epoch,
    Data,
    Address,
    Browser,
    BeganAtMs,
    SeenAtMs,
    ExpiresAtMs,
}

#[derive(DeriveIden)]
enum Agent {
    Table,
    Id,
    Epoch,
    SeesAll,
}

#[derive(DeriveIden)]
enum AgentInbox {
    Table,
    AgentId,
}

#[derive(DeriveIden)]
enum Audit {
    Table,
    Id,
    AtMs,
    Deed,
    ActorKind,
    ActorId,
    ActorName,
    SubjectId,
    Subject,
    Address,
    Browser,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Everyone who is logged in has to log in again.
        manager.drop_table(Table::drop().table(Session::Table).to_owned()).await?;
        let session = Table::create()
            .table(Session::Table)
            .col(string(Session::Hash).primary_key())
            // The id that lists show. It does not grant access.
            .col(uuid(Session::Id))
            .col(uuid(Session::AgentId))
            .col(integer(Session::Epoch))
            .col(text(Session::Data))
            .col(string(Session::Address))
            .col(text_null(Session::Browser))
            .col(big_integer(Session::BeganAtMs))
            .col(big_integer(Session::SeenAtMs))
            .col(big_integer(Session::ExpiresAtMs))
            .to_owned();
        manager.create_table(crate::exact(manager, session)).await?;
        // Sessions with an earlier epoch are over.
        let epoch = integer(Agent::Epoch).default(0).to_owned();
        crate::add_column(manager, Agent::Table, epoch).await?;
        // From now on, an empty list of inboxes means none, and no longer all.
        let sees_all = boolean(Agent::SeesAll).default(false).to_owned();
        crate::add_column(manager, Agent::Table, sees_all).await?;
        let limited =
            Query::select().column(AgentInbox::AgentId).from(AgentInbox::Table).to_owned();
        let unlimited = Query::update()
            .table(Agent::Table)
            .value(Agent::SeesAll, true)
            .and_where(Expr::col(Agent::Id).not_in_subquery(limited))
            .to_owned();
        manager.execute(unlimited).await?;
        let audit = Table::create()
            .table(Audit::Table)
            .col(uuid(Audit::Id).primary_key())
            .col(big_integer(Audit::AtMs))
            .col(string(Audit::Deed))
            .col(string(Audit::ActorKind))
            .col(uuid_null(Audit::ActorId))
            .col(string(Audit::ActorName))
            .col(uuid_null(Audit::SubjectId))
            .col(text_null(Audit::Subject))
            .col(string_null(Audit::Address))
            .col(text_null(Audit::Browser))
            .to_owned();
        manager.create_table(crate::exact(manager, audit)).await?;
        for (name, table, column) in [
            ("session_agent", Session::Table.into_table_ref(), Session::AgentId.into_iden()),
            ("session_end", Session::Table.into_table_ref(), Session::ExpiresAtMs.into_iden()),
            ("audit_at", Audit::Table.into_table_ref(), Audit::AtMs.into_iden()),
            ("audit_actor", Audit::Table.into_table_ref(), Audit::ActorId.into_iden()),
        ] {
            let mut index = Index::create();
            index.name(name).table(table).col(column);
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }
}
