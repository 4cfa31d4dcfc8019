//! Headers that every answer has.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::ServerState;

/// Browsers come by https alone, for a year.
const HTTPS_ONLY: &str = "max-age=31536000";

/// Adds what keeps browsers from guessing, framing, telling and keeping. A handler's own header stays.
pub(crate) async fn harden(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        // What is kept is said where it is: secrets stand in many answers.
        (header::CACHE_CONTROL, "no-store"),
        // A page that opened one of ours, or is opened by it, gets no hold of it.
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if state.public_url.is_secure() {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static(HTTPS_ONLY));
    }
    response
}
