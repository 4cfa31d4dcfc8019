//! The HTTP status of errors, for the API, pages and server functions.

use http::request::Parts;
use http::{StatusCode, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use protocol::ErrorCode;

/// Sets the status of a server function's response: by default the framework answers every error with 500. A form
/// sent without scripts is still redirected back to its page.
pub(crate) fn answer(code: ErrorCode) {
    let is_form = use_context::<Parts>().is_some_and(|parts| {
        let accepts = parts.headers.get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok());
        accepts.is_some_and(|accepts| accepts.contains("text/html"))
    });
    if let Some(options) = use_context::<ResponseOptions>().filter(|_| !is_form) {
        options.set_status(status(code));
    }
}

/// Returns the HTTP status for a code.
#[must_use]
pub const fn status(code: ErrorCode) -> StatusCode {
    use ErrorCode as E;
    match code {
        E::InboxUnknown
        | E::ConversationUnknown
        | E::VisitorUnknown
        | E::AgentUnknown
        | E::LabelUnknown
        | E::TeamUnknown
        | E::AccessTokenUnknown
        | E::FileUnknown
        | E::MailUnknown
        | E::BlockUnknown
        | E::NetworkUnknown
        | E::LoginUnknown
        | E::PasskeyUnknown
        | E::ProviderUnknown
        | E::LinkInvalid
        | E::NotFound => StatusCode::NOT_FOUND,
        E::OriginRefused
        | E::Forbidden
        | E::Blocked
        | E::SiteNotAllowed
        | E::ScopeMissing
        | E::LoginStale
        | E::SecondFactorRequired
        | E::PasswordsOff
        | E::ProviderRefused => StatusCode::FORBIDDEN,
        E::LoginRequired
        | E::LoginWrong
        | E::LoginStepOver
        | E::CodeWrong
        | E::PasskeyInvalid
        | E::TokenInvalid
        | E::AccessTokenInvalid => StatusCode::UNAUTHORIZED,
        E::ClientIdReused
        | E::EmailTaken
        | E::NameTaken
        | E::MailboxTaken
        | E::AlreadyAssigned
        | E::AnotherIsOpen
        | E::NewMessage
        | E::FileIdTaken => StatusCode::CONFLICT,
        E::FrameTooBig | E::MessageTooLong | E::FileTooBig | E::MailTooLarge => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        E::FileTypeRefused => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        E::FileQuota => StatusCode::INSUFFICIENT_STORAGE,
        E::LengthRequired => StatusCode::LENGTH_REQUIRED,
        E::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        E::TooManyAttempts | E::SlowDown => StatusCode::TOO_MANY_REQUESTS,
        E::ProviderFailed => StatusCode::BAD_GATEWAY,
        E::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}
