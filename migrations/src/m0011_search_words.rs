//! Full-text search by words that are the same on every store (`search-words`), instead of by what each store
//! considers a word.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The number of rows that are read at a time.
const AT_ONCE: u64 = 1_000;

/// Only the index has the words. They are already split, and `ascii` treats every other character as a letter.
const SQLITE: &[&str] = &[
    "DROP TRIGGER entry_search_insert",
    "DROP TABLE entry_search",
    "CREATE VIRTUAL TABLE entry_search USING fts5(words, conversation_id UNINDEXED, seq UNINDEXED, \
     at_ms UNINDEXED, content = '', contentless_delete = 1, contentless_unindexed = 1, \
     tokenize = 'ascii', prefix = '2 3')",
    "DROP TRIGGER visitor_search_insert",
    "DROP TRIGGER visitor_search_update",
    "DROP TABLE visitor_search",
    "ALTER TABLE visitor ADD COLUMN words TEXT",
    "CREATE VIRTUAL TABLE visitor_search USING fts5(words, visitor_id UNINDEXED, tokenize = 'ascii', \
     prefix = '2 3')",
    "INSERT INTO visitor_search (rowid, words, visitor_id) \
     SELECT visitor_row.id, NULL, visitor_row.visitor_id FROM visitor_row",
    "CREATE TRIGGER visitor_search_insert AFTER INSERT ON visitor BEGIN \
     INSERT INTO visitor_row (visitor_id) VALUES (new.id); \
     INSERT INTO visitor_search (rowid, words, visitor_id) \
     VALUES (last_insert_rowid(), new.words, new.id); END",
    "CREATE TRIGGER visitor_search_update AFTER UPDATE OF words ON visitor BEGIN \
     UPDATE visitor_search SET words = new.words \
     WHERE rowid = (SELECT id FROM visitor_row WHERE visitor_id = new.id); END",
];

/// The start of the time span that a search goes back through, week by week.
const CREATED: &str = "CREATE INDEX conversation_created ON conversation (created_at_ms)";

const POSTGRES: &[&str] = &[
    "ALTER TABLE entry DROP COLUMN search",
    "ALTER TABLE entry ADD COLUMN search tsvector",
    "ALTER TABLE visitor DROP COLUMN search",
    "ALTER TABLE visitor ADD COLUMN words text",
    "ALTER TABLE visitor ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED",
    CREATED,
];

const POSTGRES_AFTER: &[&str] = &[
    "CREATE INDEX entry_search ON entry USING gin (search)",
    "CREATE INDEX visitor_search ON visitor USING gin (search)",
];

const MYSQL: &[&str] = &[
    "ALTER TABLE entry DROP INDEX entry_search, \
     ADD COLUMN words MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    "ALTER TABLE visitor DROP INDEX visitor_search, DROP COLUMN search, \
     ADD COLUMN words TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    CREATED,
];

/// The default stop words are English, so they are turned off: a setting of the session, and therefore of one
/// statement's connection.
const MYSQL_AFTER: &[&str] = &[
    "SET SESSION innodb_ft_enable_stopword = OFF; ALTER TABLE entry ADD FULLTEXT INDEX entry_search (words)",
    "SET SESSION innodb_ft_enable_stopword = OFF; ALTER TABLE visitor ADD FULLTEXT INDEX visitor_search (words)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let (before, after): (&[&str], &[&str]) = match backend {
            DbBackend::Postgres => (POSTGRES, POSTGRES_AFTER),
            DbBackend::MySql => (MYSQL, MYSQL_AFTER),
            _ => (SQLITE, &[]),
        };
        let db = manager.get_connection();
        for step in before {
            db.execute_unprepared(step).await?;
        }
        entries(db, backend).await?;
        visitors(db, backend).await?;
        for step in after {
            db.execute_unprepared(step).await?;
        }
        Ok(())
    }
}

/// Returns a statement with its values. `sql` has a `?` for each of them, on every store.
fn statement(backend: DbBackend, sql: &str, values: Vec<Value>) -> Statement {
    let mut numbered = String::with_capacity(sql.len());
    let mut number = 0;
    for c in sql.chars() {
        if c == '?' && backend == DbBackend::Postgres {
            number += 1;
            numbered.push_str(&format!("${number}"));
        } else {
            numbered.push(c);
        }
    }
    Statement::from_sql_and_values(backend, numbered, values)
}

async fn entries(db: &SchemaManagerConnection<'_>, backend: DbBackend) -> Result<(), DbErr> {
    let insert = match backend {
        DbBackend::Postgres => {
            "UPDATE entry SET search = to_tsvector('simple', ?) WHERE conversation_id = ? AND seq = ?"
        }
        DbBackend::MySql => "UPDATE entry SET words = ? WHERE conversation_id = ? AND seq = ?",
        _ => "INSERT INTO entry_search (words, conversation_id, seq, at_ms) VALUES (?, ?, ?, ?)",
    };
    let (mut conversation, mut seq, mut row) = (uuid::Uuid::nil(), 0_i64, 0_i64);
    loop {
        // In SQLite, row ids follow the order of writing, which is the order of the index.
        let select = if backend == DbBackend::Sqlite {
            let sql = format!(
                "SELECT rowid, conversation_id, seq, at_ms, text FROM entry \
                 WHERE kind <> 'event' AND rowid > ? ORDER BY rowid LIMIT {AT_ONCE}"
            );
            statement(backend, &sql, vec![row.into()])
        } else {
            let sql = format!(
                "SELECT conversation_id, seq, at_ms, text FROM entry \
                 WHERE kind <> 'event' AND (conversation_id, seq) > (?, ?) \
                 ORDER BY conversation_id, seq LIMIT {AT_ONCE}"
            );
            statement(backend, &sql, vec![conversation.into(), seq.into()])
        };
        let rows = db.query_all_raw(select).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for found in rows {
            conversation = found.try_get("", "conversation_id")?;
            seq = found.try_get("", "seq")?;
            let at_ms: i64 = found.try_get("", "at_ms")?;
            let text: String = found.try_get("", "text")?;
            let mut words = search_words::index(&text);
            if backend != DbBackend::Sqlite {
                words = search_words::in_week(&words, Ord::max(at_ms, 0).unsigned_abs());
            }
            let mut values = vec![words.into(), conversation.into(), seq.into()];
            if backend == DbBackend::Sqlite {
                row = found.try_get("", "rowid")?;
                values.push(at_ms.into());
            }
            db.execute_raw(statement(backend, insert, values)).await?;
        }
    }
}

async fn visitors(db: &SchemaManagerConnection<'_>, backend: DbBackend) -> Result<(), DbErr> {
    let mut last = uuid::Uuid::nil();
    loop {
        let sql = format!(
            "SELECT id, name, email, user_id FROM visitor WHERE id > ? ORDER BY id LIMIT {AT_ONCE}"
        );
        let rows = db.query_all_raw(statement(backend, &sql, vec![last.into()])).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for found in rows {
            last = found.try_get("", "id")?;
            let mut facts = Vec::new();
            for column in ["name", "email", "user_id"] {
                facts.extend(found.try_get::<Option<String>>("", column)?);
            }
            if facts.is_empty() {
                continue;
            }
            let mut words = search_words::index(&facts.join(" "));
            if backend != DbBackend::Sqlite {
                words = search_words::in_week(&words, 0);
            }
            let update = "UPDATE visitor SET words = ? WHERE id = ?";
            db.execute_raw(statement(backend, update, vec![words.into(), last.into()])).await?;
        }
    }
}
