//! Retention settings of inboxes, shorter page addresses, and removal of erased data from the search index.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, integer_null};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Inbox {
    Table,
    KeepConversationsDays,
    KeepFilesDays,
    KeepAddressesDays,
    KeepsQueries,
}

/// A visitor's index entry is deleted with them and overwritten at once (sqlite.org/fts5.html, `secure-delete`).
const SQLITE: &[&str] = &[
    "CREATE TRIGGER visitor_search_delete AFTER DELETE ON visitor BEGIN \
     DELETE FROM visitor_search WHERE rowid = (SELECT id FROM visitor_row WHERE visitor_id = old.id); \
     DELETE FROM visitor_row WHERE visitor_id = old.id; END",
    "INSERT INTO visitor_search (visitor_search, rank) VALUES ('secure-delete', 1)",
];

/// Page addresses are stored without what follows the path.
const CUT: [(&str, &str); 3] =
    [("visitor", "page"), ("visitor", "referrer"), ("conversation", "page")];

fn cut(backend: DbBackend, table: &str, column: &str, mark: char) -> String {
    let before = match backend {
        DbBackend::Postgres => format!("split_part({column}, '{mark}', 1)"),
        DbBackend::MySql => format!("substring_index({column}, '{mark}', 1)"),
        _ => format!("substr({column}, 1, instr({column}, '{mark}') - 1)"),
    };
    format!("UPDATE {table} SET {column} = {before} WHERE {column} LIKE '%{mark}%'")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            integer_null(Inbox::KeepConversationsDays),
            integer_null(Inbox::KeepFilesDays),
            integer_null(Inbox::KeepAddressesDays),
            boolean(Inbox::KeepsQueries).default(false).to_owned(),
        ];
        for column in columns {
            crate::add_column(manager, Inbox::Table, column).await?;
        }
        let backend = manager.get_database_backend();
        let db = manager.get_connection();
        for (table, column) in CUT {
            for mark in ['#', '?'] {
                db.execute_unprepared(&cut(backend, table, column, mark)).await?;
            }
        }
        if backend == DbBackend::Sqlite {
            for step in SQLITE {
                db.execute_unprepared(step).await?;
            }
        }
        Ok(())
    }
}
