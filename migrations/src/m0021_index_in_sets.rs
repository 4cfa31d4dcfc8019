//! The messages that SQLite's search index lacks. It is filled in sets, because each write of it alone costs more than
//! the message.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Maintained by a trigger, so that no write can bypass it. PostgreSQL and MySQL have the index in the table itself.
const SQLITE: &[&str] = &[
    "CREATE TABLE unindexed_entry (id INTEGER PRIMARY KEY, conversation_id BLOB NOT NULL, \
     seq INTEGER NOT NULL)",
    "CREATE TRIGGER unindexed_entry_insert AFTER INSERT ON entry WHEN new.kind <> 'event' BEGIN \
     INSERT INTO unindexed_entry (conversation_id, seq) VALUES (new.conversation_id, new.seq); END",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            for step in SQLITE {
                manager.get_connection().execute_unprepared(step).await?;
            }
        }
        Ok(())
    }
}
