//! A database's rows as SQL, to keep them as a fixture and to compare them byte by byte.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait};

use crate::Kind;

/// Tables that migrations and triggers fill.
const DERIVED: [&str; 3] = ["mail_gate", "seaql_migrations", "visitor_row"];

/// What the program writes, and each table's columns: not what the database derives, nor its search index.
const SQLITE_COLUMNS: &str = "SELECT m.name, p.name, '' FROM sqlite_master m, pragma_table_info(m.name) p \
     WHERE m.type = 'table' AND m.sql LIKE 'CREATE TABLE%' AND m.name NOT LIKE '%\\_search%' ESCAPE '\\' \
     ORDER BY m.name, p.name";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text, '' FROM information_schema.columns \
     WHERE table_schema = current_schema() AND is_generated = 'NEVER' ORDER BY 1, 2";
const MYSQL_COLUMNS: &str = "SELECT table_name, column_name, data_type FROM information_schema.columns \
     WHERE table_schema = database() AND extra NOT LIKE '%GENERATED%' ORDER BY 1, 2";

/// The rows of all tables that the program writes, as one `INSERT` a line, in an order that depends only on them.
///
/// # Panics
/// If the database can't be read.
pub async fn dump(db: &DatabaseConnection, kind: Kind) -> String {
    let backend = db.get_database_backend();
    let columns = match kind {
        Kind::Sqlite => SQLITE_COLUMNS,
        Kind::Postgres => POSTGRES_COLUMNS,
        Kind::MySql => MYSQL_COLUMNS,
    };
    let mut tables: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for row in db.query_all_raw(Statement::from_string(backend, columns)).await.expect("the tables")
    {
        let [table, column, r#type] =
            [0, 1, 2].map(|at| row.try_get_by_index::<String>(at).expect("a name"));
        if DERIVED.contains(&&*table) {
            continue;
        }
        if tables.last().is_none_or(|(name, _)| *name != table) {
            tables.push((table, Vec::new()));
        }
        tables.last_mut().expect("a table").1.push((column, r#type));
    }
    let mut dumped = String::new();
    for (table, columns) in tables {
        let quoted: Vec<_> = columns.iter().map(|(name, _)| quoted(kind, name)).collect();
        let literals: Vec<_> =
            columns.iter().map(|(name, r#type)| literal(kind, name, r#type)).collect();
        let (values, table) = (joined(kind, &literals), self::quoted(kind, &table));
        let select = format!("SELECT {values} FROM {table}");
        let rows = db.query_all_raw(Statement::from_string(backend, select)).await;
        let mut rows: Vec<String> = rows
            .expect("the rows")
            .iter()
            .map(|row| row.try_get_by_index(0).expect("a row as text"))
            .collect();
        rows.sort();
        for row in rows {
            writeln!(dumped, "INSERT INTO {table} ({}) VALUES ({row});", quoted.join(", "))
                .expect("text");
        }
    }
    dumped
}

/// Inserts what was dumped into a database that has the tables of then.
///
/// # Panics
/// If the database refuses it.
pub async fn load(db: &DatabaseConnection, kind: Kind, dumped: &str) {
    // The rows are in the order of the tables' names, not of their foreign keys.
    let (before, after) = match kind {
        Kind::Sqlite => ("PRAGMA defer_foreign_keys = ON", ""),
        Kind::Postgres => ("SET LOCAL session_replication_role = replica", ""),
        Kind::MySql => ("SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1"),
    };
    let writing = db.begin().await.expect("a transaction");
    let lines = dumped.lines().map(|line| line.trim_end_matches(';'));
    for sql in [before].into_iter().chain(lines).chain([after]).filter(|sql| !sql.is_empty()) {
        writing.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    writing.commit().await.expect("committed");
}

fn quoted(kind: Kind, name: &str) -> String {
    if kind == Kind::MySql { format!("`{name}`") } else { format!("\"{name}\"") }
}

/// An expression that is a column's value as an SQL literal.
fn literal(kind: Kind, column: &str, r#type: &str) -> String {
    let column = quoted(kind, column);
    match (kind, r#type) {
        (Kind::Sqlite, _) => format!("quote({column})"),
        (Kind::Postgres, _) => format!("quote_nullable({column}::text)"),
        (Kind::MySql, "binary" | "varbinary" | "blob") => {
            format!("IF({column} IS NULL, 'NULL', CONCAT('x''', HEX({column}), ''''))")
        }
        (Kind::MySql, _) => format!("QUOTE({column})"),
    }
}

fn joined(kind: Kind, literals: &[String]) -> String {
    match kind {
        Kind::MySql => format!("CAST(CONCAT_WS(', ', {}) AS CHAR)", literals.join(", ")),
        Kind::Sqlite | Kind::Postgres => literals.join(" || ', ' || "),
    }
}
