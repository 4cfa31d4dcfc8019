//! Headers that every answer has.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::ServerState;
use crate::traffic::Client;

/// Browsers come by https alone, for a year.
const HTTPS_ONLY: &str = "max-age=31536000; includeSubDomains";

/// Whether somebody was not known, might not, or came too often.
const fn is_refusal(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    )
}

/// The path as the router knows it: what stands in its place may be a secret.
fn matched(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>();
    path.map_or_else(String::new, |path| path.as_str().to_owned())
}

/// Adds what keeps browsers from guessing, framing, telling and keeping; a handler's own header stays. Notes in the log
/// what was refused, and to whom.
pub(crate) async fn harden(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let asked = (request.method().clone(), matched(&request));
    let client = request.extensions().get::<Client>().map(|client| client.address);
    let mut response = next.run(request).await;
    let status = response.status();
    if is_refusal(status) {
        let (method, path) = asked;
        tracing::info!(status = status.as_u16(), %method, path, ?client, "a request was refused");
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
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
