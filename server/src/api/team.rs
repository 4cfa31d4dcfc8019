//! Agents, teams, labels and inboxes, and whether anyone is available.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use domain::agent::{Right, Visibility};
use protocol::{AgentId, Availability, InboxId, Label, LabelId, Presence, Routing, TeamId};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::SeesTeam;
use crate::http::{At, Failure};
use crate::state::ServerState;

/// A member of the team.
#[derive(Serialize, ToSchema)]
pub(super) struct Agent {
    id: AgentId,
    name: String,
    /// `null` unless the token's agent may manage the team, or is this agent.
    email: Option<String>,
    /// `owner`, `admin` or `agent`.
    role: &'static str,
    /// Whether they are available now.
    presence: Presence,
    /// The most conversations that routing assigns to them; `null` for no limit.
    capacity: Option<u32>,
    /// The labels whose conversations they can handle.
    skills: Vec<LabelId>,
    /// The inboxes that they are limited to, as far as the token's agent sees them; `null` if they see all
    /// inboxes.
    inboxes: Option<BTreeSet<InboxId>>,
    /// Whether they are still part of the team.
    is_active: bool,
}

/// List agents, by name.
#[utoipa::path(get, path = "/agents", tag = "Team",
    security(("access_token" = ["team:read"])),
    responses((status = 200, body = Vec<Agent>), Failure))]
pub(super) async fn agents(
    SeesTeam(me): SeesTeam,
    State(state): State<ServerState>,
) -> Result<Json<Vec<Agent>>, Failure> {
    let agents = state.domain.list_agents().await?;
    let sees_all = me.role.may(Right::ManageTeam);
    let agent = |agent: domain::agent::Agent| Agent {
        presence: state.domain.hub().presence(agent.id),
        email: Some(agent.email).filter(|_| sees_all || agent.id == me.id),
        id: agent.id,
        name: agent.name,
        role: agent.role.as_str(),
        capacity: agent.capacity,
        skills: agent.skills,
        inboxes: match agent.visibility {
            Visibility::All => None,
            Visibility::Inboxes(mut inboxes) => {
                inboxes.retain(|inbox| me.visibility.covers(*inbox));
                Some(inboxes)
            }
        },
        is_active: agent.is_active,
    };
    Ok(Json(agents.into_iter().map(agent).collect()))
}

/// A group of agents.
#[derive(Serialize, ToSchema)]
pub(super) struct Team {
    id: TeamId,
    name: String,
    /// How conversations are assigned to its members.
    routing: Routing,
    members: Vec<AgentId>,
}

/// List teams, by name.
#[utoipa::path(get, path = "/teams", tag = "Team",
    security(("access_token" = ["team:read"])),
    responses((status = 200, body = Vec<Team>), Failure))]
pub(super) async fn teams(
    _: SeesTeam,
    State(state): State<ServerState>,
) -> Result<Json<Vec<Team>>, Failure> {
    let team = |team: domain::team::Team| Team {
        id: team.id,
        name: team.name,
        routing: team.routing,
        members: team.members,
    };
    Ok(Json(state.domain.list_teams().await?.into_iter().map(team).collect()))
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

/// One site or brand.
#[derive(Serialize, ToSchema)]
pub(super) struct Inbox {
    id: InboxId,
    name: String,
    /// The public key in the embed snippet.
    key: String,
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
    let inbox =
        |inbox: domain::inbox::Inbox| Inbox { id: inbox.id, name: inbox.name, key: inbox.key };
    Ok(Json(seen.map(inbox).collect()))
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
