//! Whether a request comes from one of our own pages.
//!
//! Browsers send `Origin` with every request that is not a plain read, and with every WebSocket, and no page
//! can change it (Fetch standard, section 3.2). This keeps other sites from acting with an agent's cookie,
//! which `SameSite` alone would leave to the browser.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;

use super::Failure;
use crate::public_url::PublicUrl;
use crate::state::ServerState;

/// How much of a foreign origin is logged, in bytes.
const ORIGIN_BYTES: usize = 200;

/// Whether the request's `Origin` is this server's. Without one it is not.
pub(crate) fn is_own(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    origin.is_some_and(|origin| public_url.is_own_origin(origin))
}

/// The beginning of an origin, for the log.
fn begin(origin: &HeaderValue) -> String {
    String::from_utf8_lossy(&origin.as_bytes()[..origin.len().min(ORIGIN_BYTES)]).into_owned()
}

/// Refuses every request that may change something and does not come from one of our pages.
pub(crate) async fn refuse_foreign(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_own(request.headers(), &state.public_url) {
        return next.run(request).await;
    }
    tracing::info!(
        code = ErrorCode::OriginRefused.as_str(),
        origin = ?request.headers().get(header::ORIGIN).map(begin),
        "a request was refused"
    );
    Failure::from(ErrorCode::OriginRefused).into_response()
}
