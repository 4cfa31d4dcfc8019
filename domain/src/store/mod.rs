//! The database: how it is opened, and the connections that read and write it.

mod address;
mod fault;

use std::time::Duration;

use sea_orm::sqlx::Executor;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};

pub(crate) use address::Kind;
pub use address::OpenError;
pub(crate) use fault::is_retryable;

use address::Address;

/// How many connections read.
const READERS: u32 = 8;

/// An opened database.
///
/// `reader` serves queries, and writes of a single statement outside the chat path. The writer's
/// tasks alone use `writer`, which has a connection for each of them.
#[derive(Clone)]
pub struct Store {
    pub(crate) reader: DatabaseConnection,
    pub(crate) writer: DatabaseConnection,
    pub(crate) kind: Kind,
}

impl Store {
    /// Opens, and makes if need be, the database at `address`: `sqlite://PATH`,
    /// `postgres://USER@HOST/NAME` or `mysql://USER@HOST/NAME`. A database on a server must exist.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        let address = Address::parse(address)?;
        address.make_folder()?;
        let failed = |error| address.refused(error);
        // The writer first: it makes SQLite's file and switches it to WAL.
        let writer = connect(&address, address.kind.writers()).await.map_err(failed)?;
        writer.execute_unprepared("SELECT 1").await.map_err(failed)?;
        let reader = connect(&address, READERS).await.map_err(failed)?;
        Ok(Self { reader, writer, kind: address.kind })
    }

    /// Has `seen` called with every statement, after it has run: to look at what is asked of the
    /// database. To be set before the store is used.
    pub fn watch(
        &mut self,
        seen: impl Fn(&sea_orm::metric::Info<'_>) + Clone + Send + Sync + 'static,
    ) {
        self.reader.set_metric_callback(seen.clone());
        self.writer.set_metric_callback(seen);
    }

    /// The connection for migrations, before the writer has it.
    #[must_use]
    pub fn for_migrations(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// The database's.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.execute_unprepared("SELECT 1").await.map(drop)
    }

    /// Empties SQLite's log of changes into its file: what was erased is still in the log. Left for later if
    /// somebody reads meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn forget_log(&self) -> Result<(), DbErr> {
        if self.kind == Kind::Sqlite {
            self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// Leaves the database: nothing of ours is connected to it any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        self.writer.close().await
    }
}

async fn connect(address: &Address, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(&address.url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledgement means that the entry is on disk: WAL with NORMAL would not
                // sync on commit (sqlite.org/pragma.html#pragma_synchronous).
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                // What is deleted is written over: somebody who is erased is not left in free pages.
                .pragma("secure_delete", "ON")
        });
    // MySQL's default, REPEATABLE READ, keeps what a transaction saw first: a batch would not see what
    // another writer committed meanwhile, not even behind a lock. Set on the pool, which does it for
    // each connection; SeaORM's own `after_connect` does it for the first alone.
    options.map_sqlx_mysql_pool_opts(|pool| {
        pool.after_connect(|connection, _| {
            Box::pin(async move {
                let level = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                connection.execute(level).await?;
                // A migration that has a table built anew must not leave words out of its search:
                // the connection that builds the index decides.
                let words = "SET SESSION innodb_ft_enable_stopword = OFF";
                connection.execute(words).await.map(drop)
            })
        })
    });
    Database::connect(options).await
}
