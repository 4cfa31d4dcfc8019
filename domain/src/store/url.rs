//! Database addresses, and the errors when a database can't be opened.

use std::borrow::Cow;
use std::path::PathBuf;

use sea_orm::DbErr;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file, with one writer at a time.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    MySql,
}

impl Kind {
    /// The number of concurrent write transactions.
    pub(crate) const fn writers(self) -> u32 {
        match self {
            Self::Sqlite => 1,
            Self::Postgres | Self::MySql => 4,
        }
    }
}

/// Why a database could not be opened, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address names an unsupported database.
    #[error(
        "the database address `{0}` is not supported: use sqlite:///path/to/file.db, postgres://user@host/name or mysql://user@host/name"
    )]
    Unsupported(String),
    /// The folder of the database file can't be created.
    #[error("can't create the folder {0} for the database ({1}): choose another with --data-dir")]
    Folder(PathBuf, std::io::Error),
    /// The file can't be opened.
    #[error(
        "can't open the database {0} ({1}): check that the file is a writable SQLite database, or choose another with --database-url"
    )]
    File(PathBuf, DbErr),
    /// The server can't be reached, or refuses the connection.
    #[error(
        "can't open the database {0} ({1}): check that the server is running, that the database exists and that the user has access to it, or choose another with --database-url"
    )]
    Server(String, DbErr),
}

pub(super) struct DatabaseUrl {
    pub(super) kind: Kind,
    /// The URL for the database library.
    pub(super) url: String,
    file: Option<PathBuf>,
}

impl DatabaseUrl {
    pub(super) fn parse(address: &str) -> Result<Self, OpenError> {
        let unsupported = || OpenError::Unsupported(without_password(address));
        let (scheme, rest) = address.split_once("://").ok_or_else(unsupported)?;
        if rest.is_empty() {
            return Err(unsupported());
        }
        match scheme {
            "sqlite" if !rest.contains('?') => Ok(Self {
                kind: Kind::Sqlite,
                url: format!("{address}?mode=rwc"),
                file: Some(PathBuf::from(rest)),
            }),
            "postgres" | "postgresql" => {
                let url = verified(address, "sslmode", "verify-full").ok_or_else(unsupported)?;
                Ok(Self { kind: Kind::Postgres, url, file: None })
            }
            "mysql" | "mariadb" => {
                let address = format!("mysql://{rest}");
                let url = verified(&address, "ssl-mode", "VERIFY_IDENTITY");
                Ok(Self { kind: Kind::MySql, url: url.ok_or_else(unsupported)?, file: None })
            }
            _ => Err(unsupported()),
        }
    }

    pub(super) fn make_folder(&self) -> Result<(), OpenError> {
        match self.file.as_deref().and_then(|path| path.parent()) {
            Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
                .map_err(|error| OpenError::Folder(folder.into(), error)),
            _ => Ok(()),
        }
    }

    pub(super) fn refused(&self, error: DbErr) -> OpenError {
        match &self.file {
            Some(path) => OpenError::File(path.clone(), error),
            None => OpenError::Server(without_password(&self.url), error),
        }
    }
}

/// Requires the server to prove its identity, unless it is on this machine or the address already says
/// otherwise. The library's default would accept any certificate, or none. Returns `None` if the address
/// can't be parsed.
fn verified(address: &str, parameter: &str, mode: &str) -> Option<String> {
    let mut url = url::Url::parse(address).ok()?;
    let is_said = url.query_pairs().any(|(name, value)| match &*name {
        "sslmode" | "ssl-mode" | "socket" => true,
        // A path as host is a socket on this machine.
        "host" => value.starts_with('/'),
        _ => false,
    });
    // With both libraries, query parameters override the host.
    let named = |(name, _): &(Cow<'_, str>, _)| ["host", "hostaddr"].contains(&&**name);
    let named = url.query_pairs().find(named).map(|(_, host)| host.into_owned());
    let is_here = match named.as_deref().or(url.host_str()) {
        None | Some("" | "localhost") => true,
        Some(host) => {
            let host = host.trim_matches(['[', ']']);
            host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
                || host.starts_with("%2F")
        }
    };
    if is_said || is_here {
        return Some(address.to_owned());
    }
    url.query_pairs_mut().append_pair(parameter, mode);
    Some(url.into())
}

/// Removes everything before the `@`, so that the address can be logged: `postgres://user:secret@host`.
fn without_password(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}…{}", &address[..scheme + 3], &address[at..])
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_their_store() {
        let check = |address: &str, expect: Option<Kind>| {
            assert_eq!(
                DatabaseUrl::parse(address).ok().map(|found| found.kind),
                expect,
                "{address}"
            );
        };
        check("sqlite://data/a.db", Some(Kind::Sqlite));
        check("postgres://me:secret@host/chat", Some(Kind::Postgres));
        check("postgresql://host/chat?sslmode=require", Some(Kind::Postgres));
        check("mysql://root@127.0.0.1/chat", Some(Kind::MySql));
        check("mariadb://root@127.0.0.1/chat", Some(Kind::MySql));
        for wrong in
            ["", "sqlite://", "sqlite://a?mode=ro", "redis://host", "postgres", "postgres://[x"]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn a_server_on_another_machine_proves_who_it_is_unless_told_otherwise() {
        let check = |address: &str, expect: &str| {
            assert_eq!(DatabaseUrl::parse(address).unwrap().url, expect, "{address}");
        };
        let here = [
            "postgres://me@127.0.0.1:5432/chat",
            "postgres://me@localhost/chat",
            "postgres://me@[::1]/chat",
            "postgres://me@%2Fvar%2Frun%2Fpostgresql/chat",
            "postgres:///chat?host=/var/run/postgresql",
            "postgres://me@db.example.com/chat?sslmode=disable",
            "mysql://root@127.0.0.1/chat",
            "mysql://root@db.example.com/chat?ssl-mode=PREFERRED",
        ];
        here.into_iter().for_each(|address| check(address, address));
        check(
            "postgres://me:p@db.example.com/chat",
            "postgres://me:p@db.example.com/chat?sslmode=verify-full",
        );
        check(
            "postgresql://10.0.0.7/chat?a=b",
            "postgresql://10.0.0.7/chat?a=b&sslmode=verify-full",
        );
        // The libraries' own precedence decides where the server is.
        for host in ["host", "hostaddr"] {
            let address = format!("postgres:///chat?{host}=10.0.0.7");
            check(&address, &format!("{address}&sslmode=verify-full"));
        }
        check("mariadb://root@db/chat", "mysql://root@db/chat?ssl-mode=VERIFY_IDENTITY");
    }

    #[test]
    fn a_password_is_not_told() {
        let error = DatabaseUrl::parse("oracle://me:secret@host/chat").err().map(|e| e.to_string());
        assert!(error.is_some_and(|text| text.contains("host") && !text.contains("secret")));
    }
}
