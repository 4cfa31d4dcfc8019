//! Full-text search, with each store's own features.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// FTS5 tables (sqlite.org/fts5.html), maintained by triggers, so that no write can bypass them. Entries
/// never change. `visitor_row` gives visitors a number that VACUUM does not change.
const SQLITE: &[&str] = &[
    "CREATE VIRTUAL TABLE entry_search USING fts5(text, conversation_id UNINDEXED, seq UNINDEXED, \
     at_ms UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')",
    "INSERT INTO entry_search (text, conversation_id, seq, at_ms) \
     SELECT text, conversation_id, seq, at_ms FROM entry WHERE kind <> 'event' ORDER BY at_ms",
    "CREATE TRIGGER entry_search_insert AFTER INSERT ON entry WHEN new.kind <> 'event' BEGIN \
     INSERT INTO entry_search (text, conversation_id, seq, at_ms) \
     VALUES (new.text, new.conversation_id, new.seq, new.at_ms); END",
    "CREATE TABLE visitor_row (id INTEGER PRIMARY KEY, visitor_id BLOB NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE visitor_search USING fts5(text, visitor_id UNINDEXED, \
     tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')",
    "INSERT INTO visitor_row (visitor_id) SELECT id FROM visitor",
    "INSERT INTO visitor_search (rowid, text, visitor_id) \
     SELECT visitor_row.id, coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(user_id, ''), \
     visitor.id FROM visitor JOIN visitor_row ON visitor_row.visitor_id = visitor.id",
    "CREATE TRIGGER visitor_search_insert AFTER INSERT ON visitor BEGIN \
     INSERT INTO visitor_row (visitor_id) VALUES (new.id); \
     INSERT INTO visitor_search (rowid, text, visitor_id) VALUES (last_insert_rowid(), \
     coalesce(new.name, '') || ' ' || coalesce(new.email, '') || ' ' || coalesce(new.user_id, ''), new.id); END",
    "CREATE TRIGGER visitor_search_update AFTER UPDATE OF name, email, user_id ON visitor BEGIN \
     UPDATE visitor_search \
     SET text = coalesce(new.name, '') || ' ' || coalesce(new.email, '') || ' ' || coalesce(new.user_id, '') \
     WHERE rowid = (SELECT id FROM visitor_row WHERE visitor_id = new.id); END",
];

/// Columns that PostgreSQL generates. `simple` assumes no language, since visitors write in many. Its parser
/// treats an address as one word. Replacing the separators with spaces makes its parts separate words.
const POSTGRES: &[&str] = &[
    "ALTER TABLE entry ADD COLUMN search tsvector GENERATED ALWAYS AS (CASE WHEN kind = 'event' THEN NULL \
     ELSE to_tsvector('simple', translate(text, '@./-_:+,;''', '          ')) END) STORED",
    "CREATE INDEX entry_search ON entry USING gin (search)",
    "ALTER TABLE visitor ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', translate( \
     coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(user_id, ''), \
     '@./-_:+,;''', '          '))) STORED",
    "CREATE INDEX visitor_search ON visitor USING gin (search)",
];

/// A FULLTEXT index uses the collation of its column, so the column no longer compares byte by byte. The
/// default stop words are English, so they are turned off: a setting of the session, and therefore of one
/// statement's connection.
const MYSQL: &[&str] = &[
    "SET SESSION innodb_ft_enable_stopword = OFF; \
     ALTER TABLE entry MODIFY text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL, \
     ADD FULLTEXT INDEX entry_search (text)",
    "SET SESSION innodb_ft_enable_stopword = OFF; \
     ALTER TABLE visitor ADD COLUMN search TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci \
     GENERATED ALWAYS AS (concat_ws(' ', name, email, user_id)) STORED, \
     ADD FULLTEXT INDEX visitor_search (search)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let steps = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            DbBackend::MySql => MYSQL,
            _ => SQLITE,
        };
        for step in steps {
            manager.get_connection().execute_unprepared(step).await?;
        }
        Ok(())
    }
}
