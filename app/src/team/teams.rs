//! Teams: their members, and how conversations are assigned to them.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::{AgentId, Routing, Team};

use super::actions::TeamActions;
use super::calls::TeamPage as TeamDetails;
use crate::ui::{Card, Check, Checks, ConfirmForm, Notice, RoutingOptions, SubmitRow, each};

/// The agents who can be in a team, by id and name. Nothing else of them: if it changed, the forms would be
/// rendered again.
type Agents = Vec<(AgentId, String)>;

#[component]
pub(super) fn Teams(
    team: Signal<TeamDetails>,
    actions: TeamActions,
    can_manage: bool,
) -> impl IntoView {
    let teams = move || {
        let TeamDetails { teams, agents, .. } = team.get();
        let agents = agents.into_iter().map(|agent| agent.member).filter(|one| one.is_active);
        let agents: Agents = agents.map(|one| (one.id, one.name)).collect();
        let new = can_manage.then_some(None);
        let all = teams.into_iter().map(Some).chain(new);
        all.map(|team| (team, agents.clone())).collect()
    };
    let added = actions.save_team.times_done(|input| input.id.is_none());
    // The form offers agents, so they are part of the key. The form for a new team is emptied after one was added.
    let key = move |(team, agents): &(Option<Team>, Agents)| {
        let agents: Vec<_> = agents.iter().map(|(id, _)| *id).collect();
        (team.as_ref().map(|team| team.id), team.is_none().then(|| added.get()), agents)
    };
    let row = move |(team, agents)| view! { <TeamDetailsRow team agents actions can_manage /> };
    view! {
        <Card
            title="Teams"
            lead="Inboxes can assign their conversations to a team."
        >
            {each(teams, key, row)}
        </Card>
    }
}

#[component]
fn TeamDetailsRow(
    team: Option<Team>,
    agents: Agents,
    actions: TeamActions,
    can_manage: bool,
) -> impl IntoView {
    let title = match &team {
        None => "Add a team".to_owned(),
        Some(Team { name, members, .. }) => {
            let count = members.len();
            format!("{name} · {count} {}", if count == 1 { "agent" } else { "agents" })
        }
    };
    view! {
        <details class="more-form">
            <summary class="button">{title}</summary>
            <TeamForm team agents actions can_manage />
        </details>
    }
}

#[component]
fn TeamForm(
    team: Option<Team>,
    agents: Agents,
    actions: TeamActions,
    can_manage: bool,
) -> impl IntoView {
    let id = team.as_ref().map(|team| team.id);
    let (name, routing, members) = match team {
        Some(team) => (team.name, team.routing, team.members),
        None => (String::new(), Routing::RoundRobin, Vec::new()),
    };
    let question = format!("Delete the team “{name}”?");
    view! {
        <ActionForm action=actions.save_team.action attr:class="form">
            {id.map(|id| view! { <input type="hidden" name="id" value=id.to_string() /> })}
            <label>
                "Name" <input name="name" required maxlength="80" value=name disabled=!can_manage />
            </label>
            <label>
                "Routing"
                <RoutingOptions chosen=routing disabled=!can_manage />
            </label>
            <Checks legend="Agents" disabled=!can_manage>
                {agents
                    .into_iter()
                    .map(|(id, name)| {
                        let is_in = members.contains(&id);
                        view! {
                            <Check name="members[]" value=id.to_string() checked=is_in>
                                {name}
                            </Check>
                        }
                    })
                    .collect_view()}
            </Checks>
            {can_manage
                .then(|| {
                    view! {
                        <SubmitRow
                            saving=actions.save_team.saving(move |input| input.id == id)
                            title="Save"
                            class="button primary"
                            done=id.map(|_| "Saved")
                        />
                    }
                })}
        </ActionForm>
        {id
            .filter(|_| can_manage)
            .map(|id| {
                view! {
                    <div class="form">
                        <Notice text=actions.delete_team.refused(move |input| input.id == id) />
                        <div class="form-end">
                            <ConfirmForm
                                action=actions.delete_team
                                fields=vec![("id", id.to_string())]
                                class="button"
                                question
                                consequence="Inboxes no longer assign conversations to it. Its agents stay, and keep their conversations."
                                confirm="Delete team"
                            >
                                "Delete team…"
                            </ConfirmForm>
                        </div>
                    </div>
                }
            })}
    }
}
