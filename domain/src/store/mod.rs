//! The database: opens it and owns the connections that read and write it.

mod fault;
mod url;

use std::time::Duration;

use sea_orm::sqlx::Executor;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};

pub(crate) use fault::{is_out_of_reach, is_retryable};
pub(crate) use url::Kind;
pub use url::OpenError;

use url::DatabaseUrl;

/// The number of connections for reading.
const READERS: u32 = 8;

/// An open database.
///
/// `reader` serves queries, and single-statement writes outside the chat path. Only the writer's tasks use
/// `writer`, which has one connection for each of them.
#[derive(Clone)]
pub struct Store {
    pub(crate) reader: DatabaseConnection,
    pub(crate) writer: DatabaseConnection,
    pub(crate) kind: Kind,
}

impl Store {
    /// Opens the database at `address`: `sqlite://PATH`, `postgres://USER@HOST/NAME` or
    /// `mysql://USER@HOST/NAME`. A SQLite file is created if it does not exist. A database on a server must
    /// exist.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        let address = DatabaseUrl::parse(address)?;
        address.make_folder()?;
        let failed = |error| address.refused(error);
        // The writer first: it creates SQLite's file and switches it to WAL.
        let writer = connect(&address, address.kind.writers()).await.map_err(failed)?;
        writer.execute_unprepared("SELECT 1").await.map_err(failed)?;
        let reader = connect(&address, READERS).await.map_err(failed)?;
        Ok(Self { reader, writer, kind: address.kind })
    }

    /// Calls `seen` after every statement, for inspection. Set it before the store is used.
    pub fn watch(
        &mut self,
        seen: impl Fn(&sea_orm::metric::Info<'_>) + Clone + Send + Sync + 'static,
    ) {
        self.reader.set_metric_callback(seen.clone());
        self.writer.set_metric_callback(seen);
    }

    /// The connection for migrations, before the writer uses it.
    #[must_use]
    pub fn for_migrations(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Database errors.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.execute_unprepared("SELECT 1").await.map(drop)
    }

    /// Moves SQLite's write-ahead log into the database file and truncates it, since the log still contains
    /// erased data. If someone is reading at the same time, this is left for later.
    ///
    /// # Errors
    /// Database errors.
    pub(crate) async fn forget_log(&self) -> Result<(), DbErr> {
        if self.kind == Kind::Sqlite {
            self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// Closes all connections to the database.
    ///
    /// # Errors
    /// Database errors.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        self.writer.close().await
    }
}

async fn connect(address: &DatabaseUrl, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(&address.url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledgment means that the entry is on disk: WAL with NORMAL would not sync on commit
                // (sqlite.org/pragma.html#pragma_synchronous).
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                // Overwrite deleted data, so that erased people don't remain in free pages.
                .pragma("secure_delete", "ON")
        });
    // With MySQL's default, REPEATABLE READ, a transaction keeps seeing its first snapshot: a batch would not
    // see what another writer committed meanwhile, not even after taking a lock. Set on the pool, which
    // applies it to each connection. SeaORM's own `after_connect` applies it only to the first.
    options.map_sqlx_mysql_pool_opts(|pool| {
        pool.after_connect(|connection, _| {
            Box::pin(async move {
                let level = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                connection.execute(level).await?;
                // When a migration rebuilds a table, stop words must not be left out of its search index. The
                // connection that builds the index decides.
                let words = "SET SESSION innodb_ft_enable_stopword = OFF";
                connection.execute(words).await.map(drop)
            })
        })
    });
    Database::connect(options).await
}
