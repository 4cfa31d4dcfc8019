//! `/people/{visitor}/export.zip`: all data retained about a visitor.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::agent::{Agent, Right};
use domain::audit::{Actor, AuditAction};
use domain::login::Source;
use protocol::{ErrorCode, VisitorId};
use tokio_util::io::ReaderStream;
use tower_sessions::Session;

use crate::http::Failure;
use crate::state::ServerState;

/// Serves the archive to an agent who may export.
pub(crate) async fn export(
    State(state): State<ServerState>,
    Path(id): Path<VisitorId>,
    Extension(source): Extension<Source>,
    session: Session,
) -> Result<Response, Failure> {
    let agent = app::current_agent(&session, &state.domain).await?;
    let agent = agent.ok_or(ErrorCode::LoginRequired)?;
    check(&agent)?;
    archive(&state, id, Actor::from(&agent), Some(&source)).await
}

/// Checks that an agent may export and erase.
pub(crate) fn check(agent: &Agent) -> Result<(), Failure> {
    match agent.role.may(Right::ErasePeople) {
        true => Ok(()),
        false => Err(ErrorCode::Forbidden.into()),
    }
}

/// Makes the archive, and records it in the audit log.
pub(crate) async fn archive(
    state: &ServerState,
    id: VisitorId,
    actor: Actor,
    source: Option<&Source>,
) -> Result<Response, Failure> {
    let (name, file) = state.domain.export_visitor(id).await?;
    state.domain.audit(actor, AuditAction::PersonExported, Some((id.0, name)), source).await?;
    let bytes = file.metadata().map_err(domain::Error::from)?.len();
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::CONTENT_LENGTH, bytes.into()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let content = ReaderStream::new(tokio::fs::File::from_std(file));
    Ok((headers, Body::from_stream(content)).into_response())
}
