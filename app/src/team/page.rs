//! `/team`: agents, teams and labels.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use protocol::{InboxId, Label};

use super::agents::{AgentRow, NewAgent};
use super::calls::{
    AddLabel, AgentDetails, DeleteLabel, DeleteTeam, InviteAgent, MakePasswordLink, SaveTeam,
    SetAgent, SetAgentActive, SetAgentRole, TeamPage as TeamDetails, read_team,
};
use super::labels::Labels;
use super::login_calls::ResetSecondFactors;
use super::teams::Teams;
use crate::account::Me;
use crate::ui::{FormAction, Fresh, each};

/// The actions on the page. Each is a form that also works without scripts.
#[derive(Clone, Copy)]
pub(super) struct TeamActions {
    pub(super) invite: FormAction<InviteAgent>,
    pub(super) link: FormAction<MakePasswordLink>,
    pub(super) set_agent: FormAction<SetAgent>,
    pub(super) set_active: FormAction<SetAgentActive>,
    pub(super) set_role: FormAction<SetAgentRole>,
    pub(super) reset: FormAction<ResetSecondFactors>,
    pub(super) save_team: FormAction<SaveTeam>,
    pub(super) delete_team: FormAction<DeleteTeam>,
    pub(super) add_label: FormAction<AddLabel>,
    pub(super) delete_label: FormAction<DeleteLabel>,
}

impl TeamActions {
    fn new() -> Self {
        Self {
            invite: FormAction::new(),
            link: FormAction::new(),
            set_agent: FormAction::new(),
            set_active: FormAction::new(),
            set_role: FormAction::new(),
            reset: FormAction::new(),
            save_team: FormAction::new(),
            delete_team: FormAction::new(),
            add_label: FormAction::new(),
            delete_label: FormAction::new(),
        }
    }

    /// Changes whenever one of the actions finishes.
    fn version(self) -> usize {
        self.invite.version()
            + self.set_agent.version()
            + self.set_active.version()
            + self.set_role.version()
            + self.save_team.version()
            + self.delete_team.version()
            + self.add_label.version()
            + self.delete_label.version()
    }
}

/// The page of agents, teams and labels.
#[component]
pub(crate) fn TeamPage() -> impl IntoView {
    let actions = TeamActions::new();
    let shown = Fresh::new(move || actions.version(), |_| read_team());
    let me = use_context::<Me>();
    let can_manage = me.as_ref().is_some_and(|me| me.is_admin);
    let is_owner = me.is_some_and(|me| me.is_owner);
    let cards = move |team| view! { <Cards team actions can_manage /> };
    view! {
        <Title text="Team" />
        <main class="settings">
            <header>
                <h1>"Team"</h1>
                <p class="lead">
                    "Manage agents, their limits, and skills."
                </p>
            </header>
            {is_owner
                .then(|| {
                    view! {
                        <p>
                            <A href="/team/logins">"Login settings"</A>
                            ": two-factor authentication and single sign-on."
                        </p>
                    }
                })}
            {shown.show("Couldn’t load the team", cards)}
        </main>
    }
}

#[component]
fn Cards(team: Signal<TeamDetails>, actions: TeamActions, can_manage: bool) -> impl IntoView {
    let agents = move || {
        let TeamDetails { agents, labels, inboxes, .. } = team.get();
        agents.into_iter().map(|agent| (agent, labels.clone(), inboxes.clone())).collect()
    };
    // The form offers labels and inboxes, so they are part of the key.
    let key = |(agent, labels, inboxes): &(AgentDetails, Vec<Label>, Vec<(InboxId, String)>)| {
        let labels: Vec<_> = labels.iter().map(|label| label.id).collect();
        let inboxes: Vec<_> = inboxes.iter().map(|(id, _)| *id).collect();
        (agent.id, labels, inboxes)
    };
    let row = move |(agent, labels, inboxes)| {
        view! { <AgentRow agent labels inboxes actions can_manage /> }
    };
    view! {
        <section class="card stack">
            <h2>"Agents"</h2>
            <ul class="plain stack">{each(agents, key, row)}</ul>
            {can_manage.then(|| view! { <NewAgent actions team /> })}
        </section>
        <Teams team actions can_manage />
        <Labels team actions can_manage />
    }
}
