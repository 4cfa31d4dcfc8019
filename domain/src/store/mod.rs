//! The database: how it is opened, and the connections that read and write it.

pub mod session;

use std::path::PathBuf;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};

/// An opened database.
///
/// `reader` serves queries, and writes of a single statement outside the chat path. The writer task
/// alone holds `writer`, a connection of its own.
#[derive(Clone)]
pub struct Store {
    pub(crate) reader: DatabaseConnection,
    pub(crate) writer: DatabaseConnection,
}

/// Why a database could not be opened, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address names a store that this build does not have.
    #[error("the database address `{0}` is not supported: use sqlite:///path/to/file.db")]
    Unsupported(String),
    /// The folder of the file can't be made.
    #[error("can't make the folder {0} for the database ({1}): choose another with --data-dir")]
    Folder(PathBuf, std::io::Error),
    /// The file can't be opened.
    #[error(
        "can't open the database {0} ({1}): check that the file is a SQLite database and may be written, or choose another with --database-url"
    )]
    Open(PathBuf, DbErr),
}

impl Store {
    /// Opens, and makes if need be, the database at `address`: `sqlite://PATH`.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        let path = address
            .strip_prefix("sqlite://")
            .filter(|path| !path.is_empty() && !path.contains('?'))
            .map(PathBuf::from)
            .ok_or_else(|| OpenError::Unsupported(without_password(address)))?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|error| OpenError::Folder(folder.into(), error))?;
        }
        let failed = |error| OpenError::Open(path.clone(), error);
        // The writer first: it makes the file and switches it to WAL.
        let writer = connect(address, 1).await.map_err(failed)?;
        writer.execute_unprepared("SELECT count(*) FROM sqlite_schema").await.map_err(failed)?;
        let reader = connect(address, 4).await.map_err(failed)?;
        Ok(Self { reader, writer })
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
}

async fn connect(address: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("{address}?mode=rwc"));
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
        });
    Database::connect(options).await
}

/// An address fit for a log: `postgres://user:secret@host` without what lies before the `@`.
fn without_password(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}…{}", &address[..scheme + 3], &address[at..])
        }
        _ => address.to_owned(),
    }
}
