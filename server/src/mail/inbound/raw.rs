//! `/mail/raw/ID`: an email in its original form, for agents to save or to open in a mail program.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use protocol::{ErrorCode, InboundId};
use tower_sessions::Session;

use crate::http::{At, Failure};
use crate::state::ServerState;

/// An email is foreign content: no browser may treat it as a page, or as part of one.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// `GET /mail/raw/ID`
pub(crate) async fn raw(
    State(state): State<ServerState>,
    At(id): At<InboundId>,
    session: Session,
) -> Result<Response, Failure> {
    let agent = app::current_agent(&session, &state.domain).await?;
    let agent = agent.ok_or(ErrorCode::LoginRequired)?;
    let mail = state.domain.raw_inbound(&agent, id).await?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"mail-{id}.eml\""));
    let name = name.expect("an id is ASCII");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("message/rfc822")),
        (header::CONTENT_LENGTH, HeaderValue::from(mail.bytes)),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from_stream(mail.content)).into_response())
}
