//! Blocked visitors and networks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, string, string_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Block {
    Table,
    Id,
    InboxId,
    VisitorId,
    Network,
    Name,
    AgentName,
    AtMs,
    UntilMs,
}

#[derive(DeriveIden)]
enum Visitor {
    Table,
    Network,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let block = Table::create()
            .table(Block::Table)
            .col(uuid(Block::Id).primary_key())
            .col(uuid(Block::InboxId))
            // Exactly one of the two is set.
            .col(uuid_null(Block::VisitorId))
            .col(string_null(Block::Network))
            // The visitor's name at the time of the block.
            .col(string(Block::Name))
            .col(string(Block::AgentName))
            .col(big_integer(Block::AtMs))
            .col(big_integer_null(Block::UntilMs))
            .to_owned();
        manager.create_table(crate::exact(manager, block)).await?;
        for (name, table, column) in [
            ("block_inbox", Block::Table.into_table_ref(), Block::InboxId.into_iden()),
            ("visitor_network", Visitor::Table.into_table_ref(), Visitor::Network.into_iden()),
        ] {
            let mut index = Index::create();
            index.name(name).table(table).col(column);
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }
}
