//! Agents: their capacity, skills and roles, and whether they are active.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::{AgentId, Inbox, InboxId, Label, Member};

use super::actions::TeamActions;
use super::calls::{AgentDetails, TeamPage};
use crate::account::Me;
use crate::shell::initials;
use crate::ui::{ButtonForm, Check, Checks, ConfirmForm, Copyable, Notice, Select, SubmitRow};

#[component]
pub(super) fn AgentRow(
    agent: AgentDetails,
    labels: Vec<Label>,
    inboxes: Vec<Inbox>,
    actions: TeamActions,
    can_manage: bool,
) -> impl IntoView {
    let AgentDetails { member, is_invited, bounced } = agent;
    let Member { id, name, email, role, capacity, skills, is_active, .. } = member;
    let bounced = bounced.map(|reason| format!("Emails bounce: {reason}"));
    // Owners and admins see all inboxes.
    let sees_by_role = role != "agent";
    let (sees_all, theirs) = (member.inboxes.is_none(), member.inboxes.unwrap_or_default());
    let is_owner = use_context::<Me>().is_some_and(|me| me.is_owner);
    let can_change = can_manage && (is_owner || role != "owner");
    let (their_role, their_name) = (role.clone(), name.clone());
    let shown = match (is_active, is_invited) {
        (false, _) => "deactivated".to_owned(),
        (true, true) => "invited".to_owned(),
        (true, false) => role,
    };
    let capacity = capacity.map(|most| most.to_string()).unwrap_or_default();
    view! {
        <li class="agent-row" class:inactive=!is_active>
            <details>
                <summary>
                    <span class="avatar">{initials(&name)}</span>
                    <span class="grow">
                        <b>{name.clone()}</b>
                        <small>{email}</small>
                        {bounced.map(|bounced| view! { <small class="why">{bounced}</small> })}
                    </span>
                    <span class="mark">{shown}</span>
                </summary>
                <ActionForm action=actions.set_agent.action attr:class="form">
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
                            disabled=!can_change
                        />
                        <small>"Maximum open conversations assigned automatically."</small>
                    </label>
                    {(!labels.is_empty())
                        .then(|| {
                            view! {
                                <Checks
                                    legend="Skills"
                                    hint="Conversations with a label that is someone’s skill only go to agents with that skill."
                                    disabled=!can_change
                                >
                                    {labels
                                        .into_iter()
                                        .map(|label| {
                                            let has = skills.contains(&label.id);
                                            view! {
                                                <Check name="skills[]" value=label.id.to_string() checked=has>
                                                    {label.name}
                                                </Check>
                                            }
                                        })
                                        .collect_view()}
                                </Checks>
                            }
                        })}
                    {(!sees_by_role)
                        .then(|| {
                            view! { <SightFields inboxes sees_all theirs=theirs can_manage=can_change /> }
                        })}
                    {can_change
                        .then(|| {
                            view! {
                                <SubmitRow
                                    saving=actions.set_agent.saving(move |input| input.id == id)
                                    title="Save"
                                    class="button primary"
                                    done="Saved"
                                />
                            }
                        })}
                </ActionForm>
                {(is_owner && is_active).then(|| view! { <RoleForm id role=their_role actions /> })}
                {(can_change && is_active).then(|| view! { <PasswordLink id is_invited actions /> })}
                {(can_change && is_active)
                    .then(|| view! { <ResetForm id name=name.clone() actions /> })}
                {can_change
                    .then(|| {
                        view! {
                            <ActiveForm id name=their_name is_active actions />
                        }
                    })}
            </details>
        </li>
    }
}

#[component]
pub(super) fn NewAgent(actions: TeamActions, team: Signal<TeamPage>) -> impl IntoView {
    let sends_mail = move || team.with(|team| team.sends_mail);
    // A link is useless once it was used or its agent was deactivated.
    let waits = move |id: AgentId| {
        team.with(|team| {
            team.agents
                .iter()
                .find(|one| one.member.id == id)
                .is_none_or(|one| one.member.is_active && one.is_invited)
        })
    };
    let is_owner = use_context::<Me>().is_some_and(|me| me.is_owner);
    let inboxes = StoredValue::new(team.with_untracked(|team| team.inboxes.clone()));
    let invited = move || actions.invite.made(|_| true).filter(|invited| waits(invited.agent));
    let times = actions.invite.times_done(|_| true);
    let said = move || {
        if sends_mail() {
            "They’ll get an email with this link. You can also share it yourself."
        } else {
            "Email is off, so send them this link yourself."
        }
    };
    view! {
        {move || {
            invited()
                .map(|invited| {
                    view! {
                        <div class="made" role="status">
                            <p>{said} " It works once and expires in 7 days."</p>
                            <Copyable text=invited.link />
                        </div>
                    }
                })
        }}
        <For each=move || [times.get()] key=|times| *times let(_times)>
        <details class="more-form">
            <summary class="button">"Invite an agent"</summary>
            <ActionForm action=actions.invite.action attr:class="form">
                <label>
                    "Name" <input name="name" required maxlength="80" autocomplete="off" />
                    <small>"Visitors see it next to their replies."</small>
                </label>
                <label>
                    "Email address" <input name="email" type="email" required autocomplete="off" />
                    <small>"They log in with it and choose a password themselves."</small>
                </label>
                {is_owner
                    .then(|| {
                        view! {
                            <label>
                                "Role" <Select name="role" chosen="agent" options=roles() />
                                <small>{ROLES}</small>
                            </label>
                        }
                    })}
                <SightFields
                    inboxes=inboxes.get_value()
                    sees_all=true
                    theirs=Vec::new()
                    can_manage=true
                />
                <SubmitRow
                    saving=actions.invite.saving(|_| true)
                    title="Invite"
                    class="button primary"
                />
            </ActionForm>
        </details>
        </For>
    }
}

/// Shows a link with which an agent sets a password. An owner or admin passes it on where no email arrives.
#[component]
fn PasswordLink(id: AgentId, is_invited: bool, actions: TeamActions) -> impl IntoView {
    let made = move || actions.link.made(|input| input.id == id);
    let life = if is_invited { "7 days" } else { "1 hour" };
    view! {
        {move || {
            made()
                .map(|link| {
                    view! {
                        <div class="made" role="status">
                            <p>"Send them this link. It works once and expires in " {life} "."</p>
                            <Copyable text=link />
                        </div>
                    }
                })
        }}
        <ActionForm action=actions.link.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            <SubmitRow
                saving=actions.link.saving(move |input| input.id == id)
                title=if is_invited { "Show invitation link" } else { "Create password-reset link" }
            />
        </ActionForm>
    }
}

/// Resets the second factor of an agent who lost their phone and the recovery codes.
#[component]
fn ResetForm(id: AgentId, name: String, actions: TeamActions) -> impl IntoView {
    let is_done = move || actions.reset.made(|input| input.id == id).is_some();
    view! {
        <div class="form">
            <Notice text=actions.reset.refused(move |input| input.id == id) />
            <div class="form-end">
                <ConfirmForm
                    action=actions.reset
                    fields=vec![("id", id.to_string())]
                    class="button"
                    question=format!("Reset {name}’s two-factor authentication?")
                    consequence="Their authenticator app, passkeys and recovery codes stop working, their links to identity providers are removed, and they’re logged out. Make sure it’s really them who asked."
                    confirm="Reset"
                >
                    "Reset two-factor authentication…"
                </ConfirmForm>
                <span class="saved" role="status">
                    {move || is_done().then_some("Reset")}
                </span>
            </div>
        </div>
    }
}

/// Deactivates an agent, or takes that back.
#[component]
fn ActiveForm(id: AgentId, name: String, is_active: bool, actions: TeamActions) -> impl IntoView {
    let fields = vec![("id", id.to_string()), ("is_active", (!is_active).to_string())];
    let button = if is_active {
        view! {
            <ConfirmForm
                action=actions.set_active
                fields
                class="button"
                question=format!("Deactivate {name}?")
                consequence="They’re logged out at once and can no longer log in. Their conversations go to other agents."
                confirm="Deactivate"
            >
                "Deactivate…"
            </ConfirmForm>
        }
        .into_any()
    } else {
        view! { <ButtonForm action=actions.set_active fields class="button">"Reactivate"</ButtonForm> }
            .into_any()
    };
    view! {
        <div class="form">
            <Notice text=actions.set_active.refused(move |input| input.id == id) />
            <div class="form-end">{button}</div>
        </div>
    }
}

/// A short description of the roles.
const ROLES: &str = "Agents reply to visitors. Admins also manage inboxes, the team, and access tokens. Owners also manage roles.";

/// The options of a choice of a role.
fn roles() -> Vec<(String, String)> {
    let all = [("agent", "Agent"), ("admin", "Admin"), ("owner", "Owner")];
    all.map(|(value, title)| (value.to_owned(), title.to_owned())).to_vec()
}

/// Changes an agent's role.
#[component]
fn RoleForm(id: AgentId, role: String, actions: TeamActions) -> impl IntoView {
    view! {
        <ActionForm action=actions.set_role.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            <label>
                "Role"
                <Select name="role" chosen=role options=roles() />
                <small>{ROLES} " Changing the role logs them out and revokes access tokens that act as them."</small>
            </label>
            <SubmitRow
                saving=actions.set_role.saving(move |input| input.id == id)
                title="Change role"
            />
        </ActionForm>
    }
}

/// The visibility of an agent: all inboxes, or only these.
#[component]
fn SightFields(
    inboxes: Vec<Inbox>,
    sees_all: bool,
    theirs: Vec<InboxId>,
    can_manage: bool,
) -> impl IntoView {
    if inboxes.len() < 2 && sees_all {
        return view! { <input type="hidden" name="sees_all" value="true" /> }.into_any();
    }
    let choices = inboxes.into_iter().map(move |Inbox { id, name, .. }| {
        let is_theirs = theirs.contains(&id);
        view! {
            <Check name="inboxes[]" value=id.to_string() checked=is_theirs>
                {name}
            </Check>
        }
    });
    view! {
        <Checks
            legend="Inboxes"
            hint="They only see conversations in the selected inboxes."
            disabled=!can_manage
        >
            <Check name="sees_all" checked=sees_all>
                "All inboxes, including future ones"
            </Check>
            {choices.collect_view()}
        </Checks>
    }
    .into_any()
}
