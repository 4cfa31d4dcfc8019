//! Server functions about the team.

use std::collections::BTreeSet;

use leptos::prelude::*;
use protocol::{AgentId, Inbox, InboxId, Label, LabelId, Member, Routing, Team, TeamId};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An agent as the page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentDetails {
    /// What the whole team may see of them.
    pub member: Member,
    /// Whether they have not set a password yet.
    pub is_invited: bool,
    /// What a mail server answered, if their address rejects mail.
    pub bounced: Option<String>,
}

/// Everything the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPage {
    /// The agents, by name.
    pub agents: Vec<AgentDetails>,
    /// The teams, by name.
    pub teams: Vec<Team>,
    /// The labels, by name.
    pub labels: Vec<Label>,
    /// The inboxes.
    pub inboxes: Vec<Inbox>,
    /// Whether the program has a mail server.
    pub sends_mail: bool,
}

/// Returns the agents, teams and labels.
#[server]
pub async fn read_team() -> Result<TeamPage, Failure> {
    let (me, backend) = crate::backend::require_agent().await?;
    let mut inboxes = backend.domain.list_inboxes().await?;
    inboxes.retain(|inbox| me.visibility.covers(inbox.id));
    let agents = backend.domain.list_agents().await?;
    let teams = backend.domain.list_teams().await?;
    let mut bounced = backend.domain.bounced_agents().await?;
    let sees_all = me.role.may(domain::agent::Right::ManageTeam);
    let agent = |agent: domain::agent::Agent| AgentDetails {
        bounced: bounced.remove(&agent.email).filter(|_| sees_all),
        is_invited: agent.is_invited,
        member: backend.domain.member(&me, agent),
    };
    Ok(TeamPage {
        sends_mail: backend.sends_mail,
        agents: agents.into_iter().map(agent).collect(),
        teams,
        labels: backend.domain.list_labels().await?,
        inboxes: inboxes.into_iter().map(Inbox::from).collect(),
    })
}

/// An invitation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invited {
    /// The new agent.
    pub agent: AgentId,
    /// The link where they choose a password.
    pub link: String,
}

/// Creates an agent and queues an invitation email. Returns its link, which the caller can pass on where no email
/// is sent.
#[server]
pub async fn invite_agent(
    name: String,
    email: String,
    #[server(default)] role: String,
    #[server(default)] sees_all: bool,
    #[server(default)] inboxes: BTreeSet<InboxId>,
) -> Result<Invited, Failure> {
    use crate::backend::named;
    use domain::agent::{Right, Role};
    use domain::audit::AuditAction;
    use protocol::ErrorCode;

    let by = crate::backend::require_fresh(Right::ManageTeam).await?;
    let role = Role::parse(&role).unwrap_or(Role::Agent);
    if !by.agent.role.may_manage(role) {
        return Err(ErrorCode::Forbidden.into());
    }
    let domain = &by.backend.domain;
    let agent = domain.invite_agent(&email, &name, role, visibility(sees_all, inboxes)).await?;
    by.note(AuditAction::AgentAdded, named(&agent)).await?;
    let link = domain.password_link(agent.id).await?;
    Ok(Invited { agent: agent.id, link: format!("{}/password/{link}", by.backend.public_url) })
}

/// Returns the visibility that a form describes.
#[cfg(feature = "ssr")]
fn visibility(sees_all: bool, inboxes: BTreeSet<InboxId>) -> domain::agent::Visibility {
    use domain::agent::Visibility;

    if sees_all { Visibility::All } else { Visibility::Inboxes(inboxes) }
}

/// Creates a link with which an agent sets a password, for the caller to pass on.
#[server]
pub async fn make_password_link(id: AgentId) -> Result<String, Failure> {
    use crate::backend::named;
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require_fresh(Right::ManageTeam).await?;
    let agent = by.managed(id).await?;
    let link = by.backend.domain.password_link(id).await?;
    by.note(AuditAction::PasswordLinkMade, named(&agent)).await?;
    Ok(format!("{}/password/{link}", by.backend.public_url))
}

/// Sets an agent's capacity, skills and visibility. A capacity that is empty or cannot be parsed means no limit.
#[server]
pub async fn set_agent(
    id: AgentId,
    capacity: String,
    #[server(default)] skills: BTreeSet<LabelId>,
    #[server(default)] sees_all: bool,
    #[server(default)] inboxes: BTreeSet<InboxId>,
) -> Result<(), Failure> {
    use crate::backend::named;
    use domain::agent::{AgentSettings, Right};
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ManageTeam).await?;
    let agent = by.managed(id).await?;
    let capacity = capacity.trim().parse().ok().filter(|most| *most > 0);
    let settings = AgentSettings { capacity, skills, visibility: visibility(sees_all, inboxes) };
    by.backend.domain.set_agent(id, settings).await?;
    by.note(AuditAction::AgentChanged, named(&agent)).await?;
    leptos_axum::redirect("/team");
    Ok(())
}

/// Activates or deactivates an agent.
#[server]
pub async fn set_agent_active(id: AgentId, is_active: bool) -> Result<(), Failure> {
    use crate::backend::named;
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require_fresh(Right::ManageTeam).await?;
    let agent = by.managed(id).await?;
    by.backend.domain.set_agent_active(id, is_active).await?;
    let action =
        if is_active { AuditAction::AgentActivated } else { AuditAction::AgentDeactivated };
    by.note(action, named(&agent)).await?;
    leptos_axum::redirect("/team");
    Ok(())
}

/// Changes an agent's role. They have to log in again.
#[server]
pub async fn set_agent_role(id: AgentId, role: String) -> Result<(), Failure> {
    use crate::backend::named;
    use domain::agent::{Right, Role};
    use domain::audit::AuditAction;
    use protocol::ErrorCode;

    let by = crate::backend::require_fresh(Right::ManageOwners).await?;
    let agent = by.managed(id).await?;
    let role = Role::parse(&role).ok_or(ErrorCode::RequestInvalid)?;
    by.backend.domain.set_agent_role(id, role).await?;
    by.note(AuditAction::RoleChanged, named(&agent)).await?;
    leptos_axum::redirect("/team");
    Ok(())
}

/// Creates or changes a team.
#[server]
pub async fn save_team(
    #[server(default)] id: Option<TeamId>,
    name: String,
    routing: Routing,
    #[server(default)] members: Vec<AgentId>,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ManageTeam).await?;
    let id = by.backend.domain.save_team(id, &name, routing, members).await?;
    by.note(AuditAction::TeamSaved, Some((id.0, name))).await?;
    leptos_axum::redirect("/team");
    Ok(())
}

/// Deletes a team.
#[server]
pub async fn delete_team(id: TeamId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ManageTeam).await?;
    let teams = by.backend.domain.list_teams().await?;
    by.backend.domain.delete_team(id).await?;
    let deleted = teams.into_iter().find(|team| team.id == id).map(|team| (id.0, team.name));
    by.note(AuditAction::TeamDeleted, deleted).await?;
    leptos_axum::redirect("/team");
    Ok(())
}

/// Creates a label.
#[server]
pub async fn add_label(name: String, color: String) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::Answer).await?;
    let label = by.backend.domain.create_label(&name, &color).await?;
    by.note(AuditAction::LabelAdded, Some((label.id.0, label.name))).await?;
    leptos_axum::redirect("/team");
    Ok(())
}

/// Deletes a label and removes it from all conversations.
#[server]
pub async fn delete_label(id: LabelId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ManageTeam).await?;
    let labels = by.backend.domain.list_labels().await?;
    by.backend.domain.delete_label(id).await?;
    let deleted = labels.into_iter().find(|label| label.id == id).map(|label| (id.0, label.name));
    by.note(AuditAction::LabelDeleted, deleted).await?;
    leptos_axum::redirect("/team");
    Ok(())
}
