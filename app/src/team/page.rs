//! `/team`

use leptos::prelude::*;
use leptos_meta::Title;

use super::agents::{AgentRow, NewAgent};
use super::calls::{
    AddLabel, DeleteLabel, DeleteTeam, InviteAgent, MakePasswordLink, SaveTeam, SetAgent,
    SetAgentActive, read_team,
};
use super::labels::Labels;
use super::teams::Teams;
use crate::account::Me;
use crate::ui::{Waiting, state_page};

/// What can be done on the page: each is a form that works without scripts, too.
#[derive(Clone, Copy)]
pub(super) struct Deeds {
    pub(super) invite: ServerAction<InviteAgent>,
    pub(super) link: ServerAction<MakePasswordLink>,
    pub(super) set_agent: ServerAction<SetAgent>,
    pub(super) set_active: ServerAction<SetAgentActive>,
    pub(super) save_team: ServerAction<SaveTeam>,
    pub(super) delete_team: ServerAction<DeleteTeam>,
    pub(super) add_label: ServerAction<AddLabel>,
    pub(super) delete_label: ServerAction<DeleteLabel>,
}

impl Deeds {
    fn new() -> Self {
        Self {
            invite: ServerAction::new(),
            link: ServerAction::new(),
            set_agent: ServerAction::new(),
            set_active: ServerAction::new(),
            save_team: ServerAction::new(),
            delete_team: ServerAction::new(),
            add_label: ServerAction::new(),
            delete_label: ServerAction::new(),
        }
    }

    /// Changes with every deed that is done.
    fn version(self) -> usize {
        self.invite.version().get()
            + self.set_agent.version().get()
            + self.set_active.version().get()
            + self.save_team.version().get()
            + self.delete_team.version().get()
            + self.add_label.version().get()
            + self.delete_label.version().get()
    }
}

/// Agents, teams and labels.
#[component]
pub(crate) fn TeamPage() -> impl IntoView {
    let deeds = Deeds::new();
    let read = Resource::new(move || deeds.version(), |_| read_team());
    let can_manage = use_context::<Me>().is_some_and(|me| me.can_manage_inboxes);
    view! {
        <Title text="Team" />
        <main class="settings">
            <header>
                <h1>"Team"</h1>
                <p class="lead">
                    "Who answers, how much each takes at a time, and what they know about."
                </p>
            </header>
            <Transition fallback=Waiting>
                {move || Suspend::new(async move {
                    match read.await {
                        Ok(team) => {
                            let (labels, inboxes) = (team.labels.clone(), team.inboxes);
                            view! {
                                <section class="card stack">
                                    <h2>"Agents"</h2>
                                    <ul class="plain stack">
                                        {team
                                            .agents
                                            .iter()
                                            .map(|agent| {
                                                view! {
                                                    <AgentRow
                                                        agent=agent.clone()
                                                        labels=labels.clone()
                                                        inboxes=inboxes.clone()
                                                        deeds
                                                        can_manage
                                                    />
                                                }
                                            })
                                            .collect_view()}
                                    </ul>
                                    {can_manage.then(|| view! { <NewAgent deeds sends_mail=team.sends_mail /> })}
                                </section>
                                <Teams teams=team.teams agents=team.agents deeds can_manage />
                                <Labels labels=team.labels deeds can_manage />
                            }
                                .into_any()
                        }
                        Err(failure) => {
                            state_page("The team could not be read", failure.to_string()).into_any()
                        }
                    }
                })}
            </Transition>
        </main>
    }
}
