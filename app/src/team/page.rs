//! `/team`: agents, teams and labels.

use leptos::prelude::*;
use leptos_router::components::A;
use protocol::{Inbox, Label};

use super::actions::TeamActions;
use super::agents::{AgentRow, NewAgent};
use super::calls::{AgentDetails, TeamPage as TeamDetails, read_team};
use super::labels::Labels;
use super::teams::Teams;
use crate::account::Me;
use crate::ui::{Card, Fresh, SettingsPage, each};

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
        <SettingsPage
            title="Team"
            lead="Manage agents, their limits, and skills."
        >
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
        </SettingsPage>
    }
}

#[component]
fn Cards(team: Signal<TeamDetails>, actions: TeamActions, can_manage: bool) -> impl IntoView {
    let agents = move || {
        let TeamDetails { agents, labels, inboxes, .. } = team.get();
        agents.into_iter().map(|agent| (agent, labels.clone(), inboxes.clone())).collect()
    };
    // The form offers labels and inboxes, so they are part of the key.
    let key = |(agent, labels, inboxes): &(AgentDetails, Vec<Label>, Vec<Inbox>)| {
        let labels: Vec<_> = labels.iter().map(|label| label.id).collect();
        let inboxes: Vec<_> = inboxes.iter().map(|inbox| inbox.id).collect();
        (agent.member.id, labels, inboxes)
    };
    let row = move |(agent, labels, inboxes)| {
        view! { <AgentRow agent labels inboxes actions can_manage /> }
    };
    view! {
        <Card title="Agents">
            <ul class="plain stack">{each(agents, key, row)}</ul>
            {can_manage.then(|| view! { <NewAgent actions team /> })}
        </Card>
        <Teams team actions can_manage />
        <Labels team actions can_manage />
    }
}
