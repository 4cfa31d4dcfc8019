//! Databases with all tables, copied from a template that is migrated once for all tests.
//!
//! Each test is a separate process, so the first one creates the template, under a lock, and the others wait
//! for it. The template's name identifies the migrations that created it.

use std::fs::File;
use std::path::Path;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

use crate::{Kind, admin_url};

/// The name of the template.
const NAME: &str = concat!("porchlight_template_", env!("MIGRATIONS"));

/// The key of the advisory lock on PostgreSQL.
const LOCK: i64 = 0x706f_7263_686c;

/// Creates all tables in a new database at `address`. `migrate` creates them in the template, whose address
/// it gets.
pub(crate) async fn copy_into(
    kind: Kind,
    name: &str,
    address: &str,
    migrate: impl AsyncFnOnce(String),
) {
    match kind {
        Kind::Sqlite => copy_file(address, migrate).await,
        Kind::Postgres => copy_postgres(name, migrate).await,
        Kind::MySql => copy_mysql(name, migrate).await,
    }
}

async fn copy_file(address: &str, migrate: impl AsyncFnOnce(String)) {
    let folder = std::env::temp_dir();
    let template = folder.join(format!("{NAME}.db"));
    if !template.exists() {
        let lock = File::create(folder.join(format!("{NAME}.lock"))).expect("a lock file");
        lock.lock().expect("the lock");
        if !template.exists() {
            let unfinished = tempfile::tempdir_in(&folder).expect("a temporary folder");
            let made = unfinished.path().join("template.db");
            migrate(format!("sqlite://{}", made.display())).await;
            checkpoint(&made).await;
            std::fs::rename(&made, &template).expect("the template");
        }
    }
    let path = address.strip_prefix("sqlite://").expect("the address of a file");
    std::fs::copy(&template, path).expect("a copy of the template");
}

/// Moves the write-ahead log into the database file, so that it is complete.
async fn checkpoint(path: &Path) {
    let database = connect(&format!("sqlite://{}", path.display())).await;
    run(&database, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    database.close().await.expect("closed");
}

async fn copy_postgres(name: &str, migrate: impl AsyncFnOnce(String)) {
    let server = Kind::Postgres.server();
    let admin = connect(&admin_url(Kind::Postgres)).await;
    let there = format!("SELECT 1 FROM pg_database WHERE datname = '{NAME}'");
    if is_empty(&admin, &there).await {
        run(&admin, &format!("SELECT pg_advisory_lock({LOCK})")).await;
        if is_empty(&admin, &there).await {
            let unfinished = format!("{NAME}_unfinished");
            run(&admin, &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
            run(&admin, &format!("CREATE DATABASE {unfinished}")).await;
            migrate(format!("{server}/{unfinished}")).await;
            run(&admin, &format!("ALTER DATABASE {unfinished} RENAME TO {NAME}")).await;
        }
        run(&admin, &format!("SELECT pg_advisory_unlock({LOCK})")).await;
    }
    run(&admin, &format!("CREATE DATABASE {name} TEMPLATE {NAME}")).await;
}

async fn copy_mysql(name: &str, migrate: impl AsyncFnOnce(String)) {
    let server = Kind::MySql.server();
    let admin = connect(&admin_url(Kind::MySql)).await;
    // The last table that is created in the template.
    let there = format!(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = '{NAME}' AND table_name = 'finished'"
    );
    if is_empty(&admin, &there).await {
        run(&admin, &format!("DO GET_LOCK('{NAME}', 120)")).await;
        if is_empty(&admin, &there).await {
            run(&admin, &format!("DROP DATABASE IF EXISTS {NAME}")).await;
            run(&admin, &format!("CREATE DATABASE {NAME}")).await;
            migrate(format!("{server}/{NAME}")).await;
            run(&admin, &format!("CREATE TABLE {NAME}.finished (id INT)")).await;
        }
        run(&admin, &format!("DO RELEASE_LOCK('{NAME}')")).await;
    }
    let tables = format!(
        "SELECT table_name AS name FROM information_schema.tables \
         WHERE table_schema = '{NAME}' AND table_name <> 'finished'"
    );
    run(&admin, &format!("CREATE DATABASE {name}")).await;
    run(&admin, &format!("USE {name}")).await;
    // Tables refer to each other, and stop words must be searchable.
    run(&admin, "SET foreign_key_checks = 0, SESSION innodb_ft_enable_stopword = 0").await;
    for table in texts(&admin, &tables, "name").await {
        let create = format!("SHOW CREATE TABLE {NAME}.`{table}`");
        let create = texts(&admin, &create, "Create Table").await;
        run(&admin, create.first().expect("a table's statement")).await;
        run(&admin, &format!("INSERT INTO `{table}` SELECT * FROM {NAME}.`{table}`")).await;
    }
}

/// Opens a single connection, because locks and settings belong to a connection.
async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("a connection to the store")
}

async fn run(database: &DatabaseConnection, sql: &str) {
    if let Err(error) = database.execute_unprepared(sql).await {
        panic!("{sql}: {error}");
    }
}

async fn is_empty(database: &DatabaseConnection, sql: &str) -> bool {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database.query_one_raw(statement).await.expect("an answer").is_none()
}

async fn texts(database: &DatabaseConnection, sql: &str, column: &str) -> Vec<String> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await.expect("an answer");
    rows.iter().map(|row| row.try_get("", column).expect("a text")).collect()
}
