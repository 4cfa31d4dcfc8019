//! Errors as HTTP answers: `{"code", "message", "temporary"}`.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;

/// An error's outside form, with its status.
pub(crate) struct Failure(ErrorCode);

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self(code)
    }
}

impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        let code = error.code();
        if code == ErrorCode::Unavailable {
            tracing::error!(%error, "a request failed");
        }
        Self(code)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match self.0 {
            ErrorCode::InboxUnknown | ErrorCode::ConversationUnknown | ErrorCode::NotFound => {
                StatusCode::NOT_FOUND
            }
            ErrorCode::OriginRefused | ErrorCode::OwnerRequired | ErrorCode::SiteNotAllowed => {
                StatusCode::FORBIDDEN
            }
            ErrorCode::LoginRequired | ErrorCode::LoginWrong | ErrorCode::TokenInvalid => {
                StatusCode::UNAUTHORIZED
            }
            ErrorCode::ClientIdReused | ErrorCode::EmailTaken => StatusCode::CONFLICT,
            ErrorCode::FrameTooBig | ErrorCode::MessageTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        (status, [(header::CONTENT_TYPE, "application/json")], self.0.to_json()).into_response()
    }
}
