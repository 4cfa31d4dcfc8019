//! People: finding, exporting and erasing what is retained about them.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::agent::Agent;
use domain::audit::{Actor, AuditAction};
use domain::privacy::{Erased, PersonFound};
use protocol::{ErrorCode, InboxId, UnixMillis, VisitorId};
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

/// A visitor who may be the person.
#[derive(Serialize, ToSchema)]
pub(super) struct FoundPerson {
    visitor: VisitorId,
    name: String,
    inbox: InboxId,
    email: Option<String>,
    /// Whether the address is proven to be theirs.
    is_email_verified: bool,
    user_id: Option<String>,
    conversations: u64,
    created_at_ms: UnixMillis,
    last_seen_at_ms: Option<UnixMillis>,
}

impl From<PersonFound> for FoundPerson {
    fn from(found: PersonFound) -> Self {
        Self {
            visitor: found.visitor,
            name: found.name,
            inbox: found.inbox,
            email: found.email,
            is_email_verified: found.is_email_proven,
            user_id: found.user_id,
            conversations: found.conversations,
            created_at_ms: found.created_at_ms,
            last_seen_at_ms: found.last_seen_at_ms,
        }
    }
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
    let found = state.domain.find_people(&q).await?;
    Ok(Json(People { people: found.into_iter().map(FoundPerson::from).collect() }))
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

/// How much was erased.
#[derive(Serialize, ToSchema)]
pub(super) struct Gone {
    conversations: u64,
    entries: u64,
    files: u64,
    mails: u64,
}

/// Erase a visitor and all data retained about them. This can't be undone.
#[utoipa::path(delete, path = "/people/{visitor}", tag = "People",
    params(("visitor" = VisitorId, Path)),
    security(("access_token" = ["people:manage"])),
    responses((status = 200, body = Gone), Failure))]
pub(super) async fn erase(
    ManagesPeople(agent): ManagesPeople,
    State(state): State<ServerState>,
    At(id): At<VisitorId>,
) -> Result<Json<Gone>, Failure> {
    people::check(&agent)?;
    let Erased { conversations, entries, files, mails } = state.domain.erase_visitor(id).await?;
    let subject = Some((id.0, id.to_string()));
    state.domain.audit(program(&agent), AuditAction::PersonErased, subject, None).await?;
    Ok(Json(Gone { conversations, entries, files, mails }))
}

fn program(agent: &Agent) -> Actor {
    Actor::Program { id: agent.id, name: agent.name.clone() }
}
