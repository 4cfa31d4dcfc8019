//! Teams: who is in each, and how conversations come to them.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::Routing;

use super::calls::{AgentDetails, TeamRow};
use super::page::Deeds;
use crate::account::refusal;
use crate::ui::{Notice, RoutingOptions};

#[component]
pub(super) fn Teams(
    teams: Vec<TeamRow>,
    agents: Vec<AgentDetails>,
    deeds: Deeds,
    can_manage: bool,
) -> impl IntoView {
    let agents = StoredValue::new(agents);
    view! {
        <section class="card stack">
            <h2>"Teams"</h2>
            <p class="lead">"An inbox can send its conversations to a team."</p>
            {teams
                .into_iter()
                .map(|team| {
                    view! {
                        <details class="more-form">
                            <summary class="button">
                                {team.name.clone()} " · " {team.members.len()}
                                {if team.members.len() == 1 { " agent" } else { " agents" }}
                            </summary>
                            <TeamForm team=Some(team) agents deeds can_manage />
                        </details>
                    }
                })
                .collect_view()}
            {can_manage
                .then(|| {
                    view! {
                        <details class="more-form">
                            <summary class="button">"Add a team"</summary>
                            <TeamForm team=None agents deeds can_manage />
                        </details>
                    }
                })}
        </section>
    }
}

#[component]
fn TeamForm(
    team: Option<TeamRow>,
    agents: StoredValue<Vec<AgentDetails>>,
    deeds: Deeds,
    can_manage: bool,
) -> impl IntoView {
    let id = team.as_ref().map(|team| team.id);
    let (name, routing, members) = match team {
        Some(team) => (team.name, team.routing, team.members),
        None => (String::new(), Routing::RoundRobin, Vec::new()),
    };
    view! {
        <ActionForm action=deeds.save_team attr:class="form">
            {id.map(|id| view! { <input type="hidden" name="id" value=id.to_string() /> })}
            <label>
                "Name" <input name="name" required maxlength="80" value=name disabled=!can_manage />
            </label>
            <label>
                "How conversations come to its agents"
                <RoutingOptions chosen=routing disabled=!can_manage />
            </label>
            <fieldset disabled=!can_manage>
                <legend>"Agents"</legend>
                <div class="checks">
                    {agents
                        .get_value()
                        .into_iter()
                        .filter(|agent| agent.is_active)
                        .map(|agent| {
                            let is_in = members.contains(&agent.id);
                            view! {
                                <label>
                                    <input
                                        type="checkbox"
                                        name="members[]"
                                        value=agent.id.to_string()
                                        checked=is_in
                                    />
                                    {agent.name}
                                </label>
                            }
                        })
                        .collect_view()}
                </div>
            </fieldset>
            <Notice text=refusal(deeds.save_team) />
            {can_manage
                .then(|| {
                    view! {
                        <div class="form-end">
                            <button class="button primary" type="submit">
                                "Save"
                            </button>
                        </div>
                    }
                })}
        </ActionForm>
        {id
            .filter(|_| can_manage)
            .map(|id| {
                view! {
                    <ActionForm action=deeds.delete_team attr:class="form">
                        <input type="hidden" name="id" value=id.to_string() />
                        <div class="form-end">
                            <button class="button" type="submit">
                                "Delete the team"
                            </button>
                        </div>
                    </ActionForm>
                }
            })}
    }
}
