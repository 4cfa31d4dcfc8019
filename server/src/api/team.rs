//! Agents, teams, labels and inboxes, and whether anyone is available.

use axum::Json;
use axum::extract::State;
use protocol::{Availability, Inbox, InboxId, Label, Member, Team};

use super::caller::SeesTeam;
use crate::http::{At, Failure};
use crate::state::ServerState;

/// List agents, by name.
#[utoipa::path(get, path = "/agents", tag = "Team",
    security(("access_token" = ["team:read"])),
    responses((status = 200, body = Vec<Member>), Failure))]
pub(super) async fn agents(
    SeesTeam(me): SeesTeam,
    State(state): State<ServerState>,
) -> Result<Json<Vec<Member>>, Failure> {
    let agents = state.domain.list_agents().await?;
    let member = |agent| state.domain.member(&me, agent);
    Ok(Json(agents.into_iter().map(member).collect()))
}

/// List teams, by name.
#[utoipa::path(get, path = "/teams", tag = "Team",
    security(("access_token" = ["team:read"])),
    responses((status = 200, body = Vec<Team>), Failure))]
pub(super) async fn teams(
    _: SeesTeam,
    State(state): State<ServerState>,
) -> Result<Json<Vec<Team>>, Failure> {
    Ok(Json(state.domain.list_teams().await?))
}

/// List labels, by name.
#[utoipa::path(get, path = "/labels", tag = "Team",
    security(("access_token" = ["team:read"])),
    responses((status = 200, body = Vec<Label>), Failure))]
pub(super) async fn labels(
    _: SeesTeam,
    State(state): State<ServerState>,
) -> Result<Json<Vec<Label>>, Failure> {
    Ok(Json(state.domain.list_labels().await?))
}

/// List inboxes, oldest first.
#[utoipa::path(get, path = "/inboxes", tag = "Team",
    security(("access_token" = ["team:read"])),
    responses((status = 200, body = Vec<Inbox>), Failure))]
pub(super) async fn inboxes(
    SeesTeam(agent): SeesTeam,
    State(state): State<ServerState>,
) -> Result<Json<Vec<Inbox>>, Failure> {
    let inboxes = state.domain.list_inboxes().await?.into_iter();
    let seen = inboxes.filter(|inbox| agent.visibility.covers(inbox.id));
    Ok(Json(seen.map(Inbox::from).collect()))
}

/// Show whether anyone is available in an inbox now.
#[utoipa::path(get, path = "/inboxes/{inbox}/availability", tag = "Team",
    params(("inbox" = InboxId, Path)),
    security(("access_token" = ["team:read"])),
    responses((status = 200, body = Availability), Failure))]
pub(super) async fn availability(
    SeesTeam(agent): SeesTeam,
    State(state): State<ServerState>,
    At(id): At<InboxId>,
) -> Result<Json<Availability>, Failure> {
    let inbox = state.domain.see_inbox(&agent, id).await?;
    Ok(Json(state.domain.told_availability(&inbox)))
}
