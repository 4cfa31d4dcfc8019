//! A database's address, and what to say when it can't be opened.

use std::borrow::Cow;
use std::path::PathBuf;

use sea_orm::DbErr;

/// Which database it is.
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
    /// How many transactions write at a time.
    pub(crate) const fn writers(self) -> u32 {
        match self {
            Self::Sqlite => 1,
            Self::Postgres | Self::MySql => 4,
        }
    }
}

/// Why a database could not be opened, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address names a store that there is no support for.
    #[error(
        "the database address `{0}` is not supported: use sqlite:///path/to/file.db, postgres://user@host/name or mysql://user@host/name"
    )]
    Unsupported(String),
    /// The folder of the file can't be made.
    #[error("can't make the folder {0} for the database ({1}): choose another with --data-dir")]
    Folder(PathBuf, std::io::Error),
    /// The file can't be opened.
    #[error(
        "can't open the database {0} ({1}): check that the file is a SQLite database and may be written, or choose another with --database-url"
    )]
    File(PathBuf, DbErr),
    /// The server can't be reached, or refuses.
    #[error(
        "can't open the database {0} ({1}): check that the server runs, that the database exists and that the user may use it, or choose another with --database-url"
    )]
    Server(String, DbErr),
}

pub(super) struct Address {
    pub(super) kind: Kind,
    /// As the library wants it.
    pub(super) url: String,
    file: Option<PathBuf>,
}

impl Address {
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

/// An address under which the server proves who it is, if it is on another machine and nothing else is said. The
/// library's own choice would take any certificate, or none. `None` for what is no address.
fn verified(address: &str, parameter: &str, mode: &str) -> Option<String> {
    let mut url = url::Url::parse(address).ok()?;
    let is_said = url.query_pairs().any(|(name, value)| match &*name {
        "sslmode" | "ssl-mode" | "socket" => true,
        // A folder for a host is a socket of this machine.
        "host" => value.starts_with('/'),
        _ => false,
    });
    // Both libraries go by what stands behind the `?`.
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

/// An address fit for a log: `postgres://user:secret@host` without what lies before the `@`.
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
            assert_eq!(Address::parse(address).ok().map(|found| found.kind), expect, "{address}");
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
            assert_eq!(Address::parse(address).unwrap().url, expect, "{address}");
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
        // Where it is, is what the library goes by.
        for host in ["host", "hostaddr"] {
            let address = format!("postgres:///chat?{host}=10.0.0.7");
            check(&address, &format!("{address}&sslmode=verify-full"));
        }
        check("mariadb://root@db/chat", "mysql://root@db/chat?ssl-mode=VERIFY_IDENTITY");
    }

    #[test]
    fn a_password_is_not_told() {
        let error = Address::parse("oracle://me:secret@host/chat").err().map(|e| e.to_string());
        assert!(error.is_some_and(|text| text.contains("host") && !text.contains("secret")));
    }
}
