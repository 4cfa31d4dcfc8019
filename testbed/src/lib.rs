//! Temporary databases for tests and benchmarks, and a mail server and a mailbox that fail on demand.
//!
//! The database servers are those in `PORCHLIGHT_TEST_POSTGRES` and `PORCHLIGHT_TEST_MYSQL`, or else local
//! ones at their default ports, which `script/test` finds or starts. If a server is missing, a test fails. It
//! never passes without one.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that can't go on fails")]

mod dump;
pub mod imap;
pub mod smtp;
mod template;

pub use dump::{dump, load};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
    /// A MySQL or MariaDB server.
    MySql,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MySql];

    /// The name on a command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
        }
    }

    /// Returns the kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    pub(crate) fn server(self) -> String {
        let (variable, usual) = match self {
            Self::Sqlite => return String::new(),
            Self::Postgres => ("PORCHLIGHT_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432"),
            Self::MySql => ("PORCHLIGHT_TEST_MYSQL", "mysql://root@127.0.0.1:3306"),
        };
        std::env::var(variable).unwrap_or_else(|_| usual.to_owned())
    }
}

/// A database that is dropped with this value.
pub struct TestDatabase {
    kind: Kind,
    address: String,
    name: String,
    _folder: TempDir,
}

impl TestDatabase {
    /// Creates an empty database.
    ///
    /// # Panics
    /// If the server can't be reached.
    pub async fn new(kind: Kind) -> Self {
        let made = Self::named(kind);
        if kind != Kind::Sqlite {
            let create = format!("CREATE DATABASE {}", made.name);
            let created = admin(kind).await.execute_unprepared(&create).await;
            created.expect("created the database");
        }
        made
    }

    /// Creates a database with all tables by copying a template. `migrate` creates the template's tables the
    /// first time. It gets the template's address and must have closed its connections when it returns.
    ///
    /// # Panics
    /// If the server can't be reached.
    pub async fn migrated(kind: Kind, migrate: impl AsyncFnOnce(String)) -> Self {
        let made = Self::named(kind);
        // Boxed, because the compiler would otherwise look too deep into it within a test.
        Box::pin(template::copy_into(kind, &made.name, &made.address, migrate)).await;
        made
    }

    fn named(kind: Kind) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        #[expect(clippy::disallowed_methods, reason = "tests that run at once must not meet")]
        let name = format!("porchlight_test_{}", uuid::Uuid::new_v4().simple());
        let address = match kind {
            Kind::Sqlite => format!("sqlite://{}", folder.path().join("test.db").display()),
            Kind::Postgres | Kind::MySql => format!("{}/{name}", kind.server()),
        };
        Self { kind, address, name, _folder: folder }
    }

    /// The address, in the form that `--database-url` accepts.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The kind of database.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Opens a connection apart from the program's own, to inspect what it wrote.
    ///
    /// # Panics
    /// If the server can't be reached.
    pub async fn connect(&self) -> DatabaseConnection {
        Database::connect(&self.address).await.expect("a connection")
    }
}

/// The address for creating databases.
fn admin_url(kind: Kind) -> String {
    match kind {
        Kind::Postgres => format!("{}/postgres", kind.server()),
        Kind::Sqlite | Kind::MySql => kind.server(),
    }
}

async fn admin(kind: Kind) -> DatabaseConnection {
    let server = admin_url(kind);
    match Database::connect(&server).await {
        Ok(connection) => connection,
        Err(error) => panic!(
            "can't connect to {} at {server} ({error}): script/test starts one, or set \
             PORCHLIGHT_TEST_POSTGRES or PORCHLIGHT_TEST_MYSQL",
            kind.as_str()
        ),
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let force = match self.kind {
            Kind::Sqlite => return,
            Kind::Postgres => " WITH (FORCE)",
            Kind::MySql => "",
        };
        let (kind, drop) = (self.kind, format!("DROP DATABASE IF EXISTS {}{force}", self.name));
        // The test's runtime may be gone, or this may run inside it.
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime
                .block_on(async { admin(kind).await.execute_unprepared(&drop).await.map(|_| ()) })
        });
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("could not drop {}: {error}", self.name);
        }
    }
}

/// Generates each test once for every store: `sqlite::NAME`, `postgres::NAME` and `mysql::NAME`. `Fixture` in
/// the calling module provides `Fixture::on(Kind)`, which creates `$bench`.
#[macro_export]
macro_rules! on_each_store {
    ($(async fn $name:ident($bench:ident) $body:block)+) => {
        $(async fn $name($bench: Fixture) $body)+
        $crate::on_each_store!(@one sqlite Sqlite $($name)+);
        $crate::on_each_store!(@one postgres Postgres $($name)+);
        $crate::on_each_store!(@one mysql MySql $($name)+);
    };
    (@one $module:ident $kind:ident $($name:ident)+) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(super::Fixture::on($crate::Kind::$kind).await).await;
                }
            )+
        }
    };
}
