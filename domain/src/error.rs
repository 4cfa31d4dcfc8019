//! The crate's error type.

use std::sync::Arc;

use protocol::ErrorCode;
use sea_orm::DbErr;

use crate::keys::KeyError;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with internal details. Clients get only [`Error::code`] and [`Error::sentence`].
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A rule was broken. Nothing was written.
    #[error("{}", .0.as_str())]
    Refused(ErrorCode),
    /// Another agent claimed the conversation first. Nothing was written.
    #[error("{0} claimed the conversation first")]
    Taken(String),
    /// The store failed. Nothing was written.
    #[error("store: {0}")]
    Store(Arc<DbErr>),
    /// The blob store, which holds the content of files, failed.
    #[error("files: {0}")]
    BlobStore(Arc<object_store::Error>),
    /// Incoming data could not be buffered on disk.
    #[error("spool: {0}")]
    Spool(Arc<std::io::Error>),
    /// A secret could not be unsealed.
    #[error("{0}")]
    Key(KeyError),
    /// The writer has stopped, because the program is shutting down.
    #[error("the writer has stopped")]
    Stopped,
    /// The store holds a value that is not valid there.
    #[error("invalid data in the store: {0}")]
    Corrupt(&'static str),
}

impl Error {
    /// The error code for clients.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(code) => *code,
            Self::Taken(_) => ErrorCode::AlreadyAssigned,
            Self::Store(_)
            | Self::BlobStore(_)
            | Self::Spool(_)
            | Self::Key(_)
            | Self::Stopped
            | Self::Corrupt(_) => ErrorCode::Unavailable,
        }
    }
}

impl Error {
    /// Whether the store holds something that is not valid there, or that a newer program wrote.
    pub(crate) fn is_corrupt(&self) -> bool {
        match self {
            Self::Corrupt(_) => true,
            Self::Store(error) => matches!(**error, DbErr::Type(_)),
            _ => false,
        }
    }

    /// The message for people, in English.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Taken(first) => format!("{first} is already assigned to this conversation."),
            _ => self.code().sentence().to_owned(),
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Spool(Arc::new(error))
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code)
    }
}
