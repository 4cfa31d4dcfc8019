//! Labels.

use icondata_lu as lu;
use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::Label;

use super::actions::TeamActions;
use super::calls::TeamPage as TeamDetails;

use crate::ui::{Card, ConfirmForm, Icon, LabelDot, Notice, each};

#[component]
pub(super) fn Labels(
    team: Signal<TeamDetails>,
    actions: TeamActions,
    can_manage: bool,
) -> impl IntoView {
    let labels = move || team.with(|team| team.labels.clone());
    let row = move |label| view! { <LabelRow label actions can_manage /> };
    view! {
        <Card title="Labels">
            <ul class="plain label-list">
                {each(labels, |label| label.id, row)}
            </ul>
            <ActionForm action=actions.add_label.action attr:class="form inline">
                <label>
                    // Not `maxlength`: a name that is too long should be refused, not silently cut.
                    "New label" <input name="name" required autocomplete="off" />
                </label>
                <label>
                    "Color" <input name="color" type="color" value="#2f6f5e" />
                </label>
                <button class="button" type="submit">
                    "Add"
                </button>
            </ActionForm>
            <Notice text=actions.add_label.refused(|_| true) />
        </Card>
    }
}

#[component]
fn LabelRow(label: Label, actions: TeamActions, can_manage: bool) -> impl IntoView {
    let Label { id, name, color } = label;
    let title = format!("Delete label {name}");
    let question = format!("Delete the label “{name}”?");
    let delete = move || {
        view! {
            <ConfirmForm
                action=actions.delete_label
                fields=vec![("id", id.to_string())]
                class="mark-button"
                label=title
                question
                consequence="It’s removed from every conversation, and from agents’ skills."
                confirm="Delete label"
            >
                <Icon icon=lu::LuX />
            </ConfirmForm>
            <Notice text=actions.delete_label.refused(move |input| input.id == id) />
        }
    };
    view! {
        <li class="mark">
            <LabelDot color />
            {name}
            {can_manage.then(delete)}
        </li>
    }
}
