//! Labels.

use icondata_lu as lu;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_icons::Icon;
use protocol::Label;

use super::page::Deeds;
use crate::account::refusal;
use crate::conversations::LabelDot;
use crate::ui::Notice;

#[component]
pub(super) fn Labels(labels: Vec<Label>, deeds: Deeds, can_manage: bool) -> impl IntoView {
    view! {
        <section class="card stack">
            <h2>"Labels"</h2>
            <ul class="plain label-list">
                {labels
                    .into_iter()
                    .map(|label| {
                        let title = format!("Delete the label {}", label.name);
                        view! {
                            <li class="mark">
                                <LabelDot color=label.color />
                                {label.name}
                                {can_manage
                                    .then(|| {
                                        view! {
                                            <ActionForm action=deeds.delete_label>
                                                <input type="hidden" name="id" value=label.id.to_string() />
                                                <button class="mark-button" type="submit" title=title.clone() aria-label=title>
                                                    <Icon icon=lu::LuX />
                                                </button>
                                            </ActionForm>
                                        }
                                    })}
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <ActionForm action=deeds.add_label attr:class="form inline">
                <label>
                    "New label" <input name="name" required maxlength="40" autocomplete="off" />
                </label>
                <label>
                    "Colour" <input name="color" type="color" value="#2f6f5e" />
                </label>
                <button class="button" type="submit">
                    "Add"
                </button>
            </ActionForm>
            <Notice text=refusal(deeds.add_label) />
        </section>
    }
}
