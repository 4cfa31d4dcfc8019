//! The revision of the inboxes, agents, teams and labels, so that a program that keeps them in memory knows when
//! they have changed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Directory {
    Table,
    Id,
    Revision,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Directory::Table)
            .col(integer(Directory::Id).primary_key())
            .col(big_integer(Directory::Revision))
            .to_owned();
        manager.create_table(table).await?;
        let row = Query::insert()
            .into_table(Directory::Table)
            .columns([Directory::Id, Directory::Revision])
            .values_panic([1.into(), 1.into()])
            .to_owned();
        manager.execute(row).await
    }
}
