//! What can go wrong, from the inside.

use std::sync::Arc;

use protocol::ErrorCode;
use sea_orm::DbErr;

use crate::keys::KeyError;

/// Shorthand for a result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error's inside form. [`Error::code`] is what may leave the program.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A rule was broken. Nothing was written.
    #[error("{}", .0.as_str())]
    Refused(ErrorCode),
    /// A claim came second. Nothing was written.
    #[error("{0} was first")]
    Taken(String),
    /// The store failed. Nothing was written.
    #[error("store: {0}")]
    Store(Arc<DbErr>),
    /// What holds the content of files failed.
    #[error("files: {0}")]
    Shelf(Arc<object_store::Error>),
    /// What came in could not be kept for the moment.
    #[error("spool: {0}")]
    Spool(Arc<std::io::Error>),
    /// A secret could not be opened.
    #[error("{0}")]
    Key(KeyError),
    /// The writer is gone: the program is going down.
    #[error("the writer has stopped")]
    Stopped,
    /// What is in the store can't be what was written there.
    #[error("store holds what it should not: {0}")]
    Corrupt(&'static str),
}

impl Error {
    /// The outside form.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(code) => *code,
            Self::Taken(_) => ErrorCode::AlreadyAssigned,
            Self::Store(_)
            | Self::Shelf(_)
            | Self::Spool(_)
            | Self::Key(_)
            | Self::Stopped
            | Self::Corrupt(_) => ErrorCode::Unavailable,
        }
    }
}

impl Error {
    /// The outside form's sentence, for people, in English.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Taken(first) => format!("{first} took this conversation first."),
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
