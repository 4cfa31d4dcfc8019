//! The migrations that bring a database to the schema Porchlight expects, one file for each.
//!
//! A released migration is never changed. A migration must leave the program of the previous release working:
//! expand first, contract one release later.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid;
use sea_orm_migration::sea_orm::DbBackend;

mod m0001_foundation;
mod m0002_lifecycle;
mod m0003_routing;
mod m0004_identity;
mod m0005_access;
mod m0006_search;
mod m0007_files;
mod m0008_mail;
mod m0009_inbound_mail;
mod m0010_agent_mail;
mod m0011_search_words;
mod m0012_logins;
mod m0013_origins;
mod m0014_checked_mail;
mod m0015_networks;
mod m0016_blocks;
mod m0017_second_factors;
mod m0018_privacy;
mod m0019_spam;
mod m0020_directory;
mod m0021_index_in_sets;

/// Runs the migrations that a database lacks.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_foundation::Migration),
            Box::new(m0002_lifecycle::Migration),
            Box::new(m0003_routing::Migration),
            Box::new(m0004_identity::Migration),
            Box::new(m0005_access::Migration),
            Box::new(m0006_search::Migration),
            Box::new(m0007_files::Migration),
            Box::new(m0008_mail::Migration),
            Box::new(m0009_inbound_mail::Migration),
            Box::new(m0010_agent_mail::Migration),
            Box::new(m0011_search_words::Migration),
            Box::new(m0012_logins::Migration),
            Box::new(m0013_origins::Migration),
            Box::new(m0014_checked_mail::Migration),
            Box::new(m0015_networks::Migration),
            Box::new(m0016_blocks::Migration),
            Box::new(m0017_second_factors::Migration),
            Box::new(m0018_privacy::Migration),
            Box::new(m0019_spam::Migration),
            Box::new(m0020_directory::Migration),
            Box::new(m0021_index_in_sets::Migration),
        ]
    }
}

/// Makes a table's text columns hold every character and compare byte by byte. SQLite and PostgreSQL do so by
/// default, but MySQL must be told.
fn exact(manager: &SchemaManager, mut table: TableCreateStatement) -> TableCreateStatement {
    if manager.get_database_backend() == DbBackend::MySql {
        table.character_set("utf8mb4").collate("utf8mb4_bin");
    }
    table
}

/// Adds one column. SQLite accepts only one for each statement.
async fn add_column(
    manager: &SchemaManager<'_>,
    table: impl IntoTableRef,
    column: ColumnDef,
) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
}

/// Creates a table of pairs. A row is deleted with either of the two rows it refers to.
fn pair<T: Iden + Clone + 'static, A: Iden + Clone + 'static, B: Iden + Clone + 'static>(
    table: T,
    one: (T, A, A),
    other: (T, B, B),
) -> TableCreateStatement {
    let mut made = Table::create();
    made.table(table.clone()).col(uuid(one.0.clone())).col(uuid(other.0.clone()));
    made.primary_key(Index::create().col(one.0.clone()).col(other.0.clone()));
    let mut key = ForeignKey::create();
    key.from(table.clone(), one.0).to(one.1, one.2).on_delete(ForeignKeyAction::Cascade);
    made.foreign_key(&mut key);
    let mut key = ForeignKey::create();
    key.from(table, other.0).to(other.1, other.2).on_delete(ForeignKeyAction::Cascade);
    made.foreign_key(&mut key);
    made.to_owned()
}

pub use sea_orm_migration::MigratorTrait;
