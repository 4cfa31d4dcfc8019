//! The headers of every response.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::ServerState;
use crate::traffic::Client;

/// Makes browsers use HTTPS only, for a year.
const HTTPS_ONLY: &str = "max-age=31536000; includeSubDomains";

/// Whether a request was refused because of who sent it, or how often: unauthenticated, forbidden or rate
/// limited.
const fn is_refusal(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    )
}

/// The path as the router knows it: the actual parameters may be secrets.
fn matched(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>();
    path.map_or_else(String::new, |path| path.as_str().to_owned())
}

/// Adds headers against content sniffing, framing, leaking of referrers and caching. Headers set by a handler
/// stay. Logs which requests were refused, and from where.
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
        // Many responses contain secrets. Those that may be cached say so themselves.
        (header::CACHE_CONTROL, "no-store"),
        // Pages that opened one of ours, or are opened by it, get no reference to it.
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
