//! What can go wrong, from the inside.

use std::sync::Arc;

use protocol::{ErrorCode, Problem};
use sea_orm::DbErr;

/// Shorthand for a result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// An error's inside form. [`Error::problem`] is what may leave the program.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A rule was broken. Nothing was written.
    #[error("{}", .0.as_str())]
    Refused(ErrorCode),
    /// The store failed. Nothing was written.
    #[error("store: {0}")]
    Store(Arc<DbErr>),
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
    pub fn problem(&self) -> Problem {
        let code = match self {
            Self::Refused(code) => *code,
            Self::Store(_) | Self::Stopped | Self::Corrupt(_) => ErrorCode::Unavailable,
        };
        Problem::new(code, sentence(code))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code)
    }
}

/// The sentence for people that goes with a code.
fn sentence(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InboxUnknown => "No inbox has this key. Copy the embed snippet again from the inbox's page.",
        ErrorCode::SiteNotAllowed => "This inbox does not allow the site. Add the site to the inbox's allowed sites.",
        ErrorCode::TokenInvalid => "The visitor's token was not issued by this inbox. Start without one.",
        ErrorCode::MessageEmpty => "The message is empty.",
        ErrorCode::MessageTooLong => "The message is too long: at most 16 KB.",
        ErrorCode::ClientIdReused => "This client_id names another message already.",
        ErrorCode::ConversationUnknown => "There is no such conversation.",
        ErrorCode::BadFrame => "The frame is not JSON of a known type.",
        ErrorCode::FrameUnexpected => "This frame is not allowed now.",
        ErrorCode::FrameTooBig => "The frame is too big: at most 100 KB.",
        ErrorCode::SubprotocolUnknown => "Offer the WebSocket subprotocol porchlight.v1.",
        ErrorCode::TooManyWatched => "This socket watches too many conversations. Unwatch one first.",
        ErrorCode::OriginRefused => "The request comes from a page of another origin.",
        ErrorCode::LoginRequired => "Log in first.",
        ErrorCode::OwnerRequired => "Only the owner can do this.",
        ErrorCode::LoginWrong => "No agent has this address and password.",
        ErrorCode::TooManyAttempts => "Too many attempts. Wait a minute and try again.",
        ErrorCode::SetupLinkInvalid => "This link was used already, or the server was restarted. The server's log shows a new one if there is no owner yet.",
        ErrorCode::EmailTaken => "An agent with this address exists.",
        ErrorCode::EmailInvalid => "This is not a mail address.",
        ErrorCode::NameInvalid => "A name has 1 to 80 characters.",
        ErrorCode::PasswordLength => "A password has 10 to 200 characters.",
        ErrorCode::SiteInvalid => "A site is an origin such as https://example.com, without a path.",
        ErrorCode::NotFound => "There is nothing here.",
        ErrorCode::Unavailable => "The server could not do this now. Nothing was written; try again.",
    }
}

/// The outside form of a bare code.
#[must_use]
pub fn problem(code: ErrorCode) -> Problem {
    Error::from(code).problem()
}
