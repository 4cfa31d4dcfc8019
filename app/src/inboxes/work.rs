//! An inbox's business hours and routing.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::{LabelId, TeamId};

use super::calls::{InboxDetails, SetInbox};
use crate::ui::{FormAction, RoutingOptions, SaveRow, Select, options, value_of, written};

#[component]
pub(super) fn Work(
    inbox: InboxDetails,
    teams: Vec<(TeamId, String)>,
    labels: Vec<(LabelId, String)>,
    set: FormAction<SetInbox>,
    can_change: bool,
) -> impl IntoView {
    let InboxDetails { id, hours, time_zone, routing, team: to_team, label: with, .. } = inbox;
    let saving = set.saving(move |input| input.id == id);
    let teams = options("Everyone", teams);
    let labels = options("None", labels);
    view! {
        <h3>"Routing and hours"</h3>
        <ActionForm action=set.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            <label>
                "Routing"
                <RoutingOptions chosen=routing disabled=!can_change />
            </label>
            <label>
                "Assign to team"
                <Select name="team" chosen=value_of(to_team) options=teams disabled=!can_change />
                <small>"The team’s routing overrides the inbox’s."</small>
            </label>
            <label>
                "Add label"
                <Select name="label" chosen=value_of(with) options=labels disabled=!can_change />
                <small>"If agents have this label as a skill, only they receive these conversations."</small>
            </label>
            <label>
                "Business hours"
                <textarea
                    name="hours"
                    rows="5"
                    spellcheck="false"
                    autocapitalize="off"
                    placeholder="mon 09:00-17:00\ntue 09:00-12:30,13:30-17:00"
                    disabled=!can_change
                >
                    {written(hours.unwrap_or_default())}
                </textarea>
                <small>
                    "One day per line; past midnight as fri 22:00-02:00. Holidays are dates: 12-25 closed repeats every year, 2026-12-24 09:00-12:00 applies once. Leave empty to be always open."
                </small>
            </label>
            <label>
                "Time zone"
                <input
                    name="time_zone"
                    value=time_zone
                    required
                    spellcheck="false"
                    placeholder="Europe/Berlin"
                    disabled=!can_change
                />
            </label>
            <SaveRow saving can_change />
        </ActionForm>
    }
}
