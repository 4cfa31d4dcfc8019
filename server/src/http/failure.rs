//! Errors as HTTP responses: problem documents (RFC 9457).

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, RefOr, Response as Described, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

/// The path of the list of error codes.
pub(crate) const CODES: &str = "/api/errors";

/// An error as clients see it.
pub(crate) struct Failure {
    code: ErrorCode,
    detail: Option<String>,
}

impl Failure {
    /// An error with a detail about this request.
    pub(crate) fn about(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: Some(detail.into()) }
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self { code, detail: None }
    }
}

impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        let code = error.code();
        if code == ErrorCode::Unavailable {
            tracing::error!(%error, "a request failed");
        }
        let sentence = error.sentence();
        let detail = (sentence != code.sentence()).then_some(sentence);
        Self { code, detail }
    }
}

/// A problem document (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Where the code is described.
    #[serde(rename = "type")]
    kind: String,
    /// What the code means, in English. The same for every request.
    title: &'static str,
    /// The status of the response.
    status: u16,
    /// What is wrong with this request in particular.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The stable error code.
    code: &'static str,
    /// Whether the same request may succeed later.
    temporary: bool,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { code, detail } = self;
        let status = app::status(code);
        let problem = Problem {
            kind: format!("{CODES}#{}", code.as_str()),
            title: code.sentence(),
            status: status.as_u16(),
            detail,
            code: code.as_str(),
            temporary: code.is_temporary(),
        };
        let body = serde_json::to_string(&problem).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl IntoResponses for Failure {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let content = ContentBuilder::new().schema(Some(Problem::schema())).build();
        let described = ResponseBuilder::new()
            .description("The error, as a problem document (RFC 9457).")
            .content("application/problem+json", content)
            .build();
        [("default".to_owned(), RefOr::T(described))].into()
    }
}
