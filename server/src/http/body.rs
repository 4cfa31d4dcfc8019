//! Receives the bodies of requests: a limited number of bytes in a limited time.

use std::io::{Error as IoError, ErrorKind};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use protocol::ErrorCode;
use tokio::time::{Instant, timeout, timeout_at};

use super::Failure;
use crate::state::ServerState;
use crate::traffic::{Client, Deadlines, Resource};

/// The largest body of a request, in bytes. Some routes have limits of their own.
const BODY_BYTES: usize = 256 * 1024;

/// Routes that read their bodies piece by piece, once they know who is sending.
const LONG: [&str; 4] =
    ["/files/visitor/{id}", "/files/agent/{id}", "/api/v1/files/{file}", "/mail/inbound/{inbox}"];

/// The slowest upload of a file or email, in bytes per second. A slower one only wastes a permit.
const SLOWEST: u64 = 4 * 1024;

/// Receives the whole body of a request before any handler runs, so that one that never arrives holds nothing
/// else. Limits how often a client network may ask, and how many bodies it may be sending.
pub(crate) async fn buffer_body(
    State(state): State<ServerState>,
    client: Client,
    request: Request,
    next: Next,
) -> Response {
    // Before anything else: a refused request must cost next to nothing.
    if !state.traffic.may_ask(client.network()) {
        return Failure::from(ErrorCode::SlowDown).into_response();
    }
    let path = request.extensions().get::<MatchedPath>();
    let is_long = path.is_some_and(|path| LONG.contains(&path.as_str()));
    if is_long || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Some(permit) = state.traffic.permit(Resource::Body, client.network()) else {
        return Failure::from(ErrorCode::SlowDown).into_response();
    };
    let taken = timeout(state.traffic.deadlines().body, to_bytes(body, BODY_BYTES));
    let body = match taken.await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) if is_too_big(&error) => {
            return Failure::from(ErrorCode::FrameTooBig).into_response();
        }
        Ok(Err(_)) | Err(_) => return Failure::from(ErrorCode::UploadCut).into_response(),
    };
    drop(permit);
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn is_too_big(error: &axum::Error) -> bool {
    let mut causes =
        std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |error| {
            error.source()
        });
    causes.any(|error| error.is::<http_body_util::LengthLimitError>())
}

/// The pieces of a body of `bytes` bytes, which may be long. Fails when they arrive too slowly.
pub(crate) fn pieces(
    body: Body,
    bytes: u64,
    deadlines: Deadlines,
) -> impl Stream<Item = std::io::Result<Bytes>> + use<> {
    let piece_within = deadlines.piece;
    let until = Instant::now() + piece_within + Duration::from_secs(bytes / SLOWEST);
    stream::unfold(body.into_data_stream(), move |mut body| async move {
        let still = until.min(Instant::now() + piece_within);
        let piece = match timeout_at(still, body.next()).await {
            Ok(piece) => piece?.map_err(IoError::other),
            Err(_) => Err(IoError::from(ErrorKind::TimedOut)),
        };
        Some((piece, body))
    })
}
