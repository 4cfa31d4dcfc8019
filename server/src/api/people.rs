//! People: finding, exporting and erasing what is retained about them.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::agent::Agent;
use domain::audit::{Actor, AuditAction};
use protocol::{Erased, ErrorCode, FoundPerson, VisitorId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::ManagesPeople;
use crate::http::{At, Failure, Params};
use crate::people;
use crate::state::ServerState;

/// The person that a request is about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Sought {
    /// An email address, or the site's own id of the user, exactly as stored.
    #[param(min_length = 1)]
    q: String,
}

/// The visitors found.
#[derive(Serialize, ToSchema)]
pub(super) struct People {
    people: Vec<FoundPerson>,
}

/// Find the visitors that a person may be: at most 200, latest first.
#[utoipa::path(get, path = "/people", tag = "People", params(Sought),
    security(("access_token" = ["people:manage"])),
    responses((status = 200, body = People), Failure))]
pub(super) async fn find(
    ManagesPeople(agent): ManagesPeople,
    State(state): State<ServerState>,
    Params(Sought { q }): Params<Sought>,
) -> Result<Json<People>, Failure> {
    people::check(&agent)?;
    if q.trim().is_empty() {
        return Err(ErrorCode::RequestInvalid.into());
    }
    Ok(Json(People { people: state.domain.find_people(&q).await? }))
}

/// Export all data retained about a visitor, as a ZIP archive: `person.json`, their files and their emails.
#[utoipa::path(get, path = "/people/{visitor}/export", tag = "People",
    params(("visitor" = VisitorId, Path)),
    security(("access_token" = ["people:manage"])),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip"), Failure))]
pub(super) async fn export(
    ManagesPeople(agent): ManagesPeople,
    State(state): State<ServerState>,
    At(id): At<VisitorId>,
) -> Result<Response, Failure> {
    people::check(&agent)?;
    people::archive(&state, id, program(&agent), None).await
}

/// Erase a visitor and all data retained about them. This can't be undone.
#[utoipa::path(delete, path = "/people/{visitor}", tag = "People",
    params(("visitor" = VisitorId, Path)),
    security(("access_token" = ["people:manage"])),
    responses((status = 200, body = Erased), Failure))]
pub(super) async fn erase(
    ManagesPeople(agent): ManagesPeople,
    State(state): State<ServerState>,
    At(id): At<VisitorId>,
) -> Result<Json<Erased>, Failure> {
    people::check(&agent)?;
    let erased = state.domain.erase_visitor(id).await?;
    let subject = Some((id.0, id.to_string()));
    state.domain.audit(program(&agent), AuditAction::PersonErased, subject, None).await?;
    Ok(Json(erased))
}

fn program(agent: &Agent) -> Actor {
    Actor::Program { id: agent.id, name: agent.name.clone() }
}
