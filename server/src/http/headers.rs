//! Headers that every answer has.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;

use super::Failure;

/// Puts a problem document in place of the framework's own words for a body that is too big.
pub(crate) async fn explain_size(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_explained = kind.is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && !is_explained {
        return Failure::from(ErrorCode::FrameTooBig).into_response();
    }
    response
}

/// Adds what keeps browsers from guessing, framing and telling. A handler's own header stays.
pub(crate) async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
