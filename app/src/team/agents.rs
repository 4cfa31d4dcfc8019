//! Agents: how much each takes, their skills, and whether they are part of the team.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::{InboxId, Label};

use super::calls::AgentDetails;
use super::page::Deeds;
use crate::account::{initials, refusal};
use crate::ui::Notice;

#[component]
pub(super) fn AgentRow(
    agent: AgentDetails,
    labels: Vec<Label>,
    inboxes: Vec<(InboxId, String)>,
    deeds: Deeds,
    can_manage: bool,
) -> impl IntoView {
    let AgentDetails { id, name, email, role, capacity, skills, is_active, .. } = agent;
    let is_owner = role == "owner";
    let theirs = agent.inboxes;
    let shown = if is_active { role } else { "deactivated".to_owned() };
    let capacity = capacity.map(|most| most.to_string()).unwrap_or_default();
    view! {
        <li class="agent-row" class:inactive=!is_active>
            <details>
                <summary>
                    <span class="avatar">{initials(&name)}</span>
                    <span class="grow">
                        <b>{name}</b>
                        <small>{email}</small>
                    </span>
                    <span class="mark">{shown}</span>
                </summary>
                <ActionForm action=deeds.set_agent attr:class="form">
                    <input type="hidden" name="id" value=id.to_string() />
                    <label>
                        "Conversations at a time"
                        <input
                            name="capacity"
                            type="number"
                            min="1"
                            max="1000"
                            placeholder="No limit"
                            value=capacity
                            disabled=!can_manage
                        />
                        <small>"Where conversations are given out, nobody gets more than this."</small>
                    </label>
                    {(!labels.is_empty())
                        .then(|| {
                            view! {
                                <fieldset disabled=!can_manage>
                                    <legend>"Skills"</legend>
                                    <div class="checks">
                                        {labels
                                            .into_iter()
                                            .map(|label| {
                                                let has = skills.contains(&label.id);
                                                view! {
                                                    <label>
                                                        <input
                                                            type="checkbox"
                                                            name="skills[]"
                                                            value=label.id.to_string()
                                                            checked=has
                                                        />
                                                        {label.name}
                                                    </label>
                                                }
                                            })
                                            .collect_view()}
                                    </div>
                                    <small>
                                        "A conversation whose label is anybody’s skill goes to those who have it."
                                    </small>
                                </fieldset>
                            }
                        })}
                    {(inboxes.len() > 1 && !is_owner)
                        .then(|| {
                            view! {
                                <fieldset disabled=!can_manage>
                                    <legend>"Inboxes"</legend>
                                    <div class="checks">
                                        {inboxes
                                            .into_iter()
                                            .map(|(id, name)| {
                                                let is_theirs = theirs.contains(&id);
                                                view! {
                                                    <label>
                                                        <input
                                                            type="checkbox"
                                                            name="inboxes[]"
                                                            value=id.to_string()
                                                            checked=is_theirs
                                                        />
                                                        {name}
                                                    </label>
                                                }
                                            })
                                            .collect_view()}
                                    </div>
                                    <small>
                                        "They see the conversations of these and no others; of all, if none is chosen."
                                    </small>
                                </fieldset>
                            }
                        })}
                    <Notice text=refusal(deeds.set_agent) />
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
                {can_manage
                    .then(|| {
                        view! {
                            <ActionForm action=deeds.set_active attr:class="form">
                                <input type="hidden" name="id" value=id.to_string() />
                                <input type="hidden" name="is_active" value=(!is_active).to_string() />
                                <Notice text=refusal(deeds.set_active) />
                                <div class="form-end">
                                    <button class="button" type="submit">
                                        {if is_active { "Deactivate" } else { "Activate again" }}
                                    </button>
                                    {is_active
                                        .then_some(
                                            "They can’t log in any more, and their conversations go to others.",
                                        )}
                                </div>
                            </ActionForm>
                        }
                    })}
            </details>
        </li>
    }
}

#[component]
pub(super) fn NewAgent(deeds: Deeds) -> impl IntoView {
    view! {
        <details class="more-form">
            <summary class="button">"Add an agent"</summary>
            <ActionForm action=deeds.add_agent attr:class="form">
                <label>
                    "Name" <input name="name" required maxlength="80" autocomplete="off" />
                    <small>"Visitors see it beside their answers."</small>
                </label>
                <label>
                    "Mail address" <input name="email" type="email" required autocomplete="off" />
                </label>
                <label>
                    "First password"
                    <input
                        name="password"
                        type="password"
                        required
                        minlength="10"
                        maxlength="200"
                        autocomplete="new-password"
                    />
                    <small>"At least 10 characters. Tell it to them yourself."</small>
                </label>
                <Notice text=refusal(deeds.add_agent) />
                <div class="form-end">
                    <button class="button primary" type="submit">
                        "Add"
                    </button>
                </div>
            </ActionForm>
        </details>
    }
}
