//! An inbox's retention settings.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::{InboxDetails, KeptDetails, SetInboxRetention};
use crate::ui::{Check, FormAction, SaveRow};

#[component]
pub(super) fn Kept(
    inbox: InboxDetails,
    set: FormAction<SetInboxRetention>,
    can_change: bool,
) -> impl IntoView {
    let (id, kept) = (inbox.id, inbox.kept);
    let KeptDetails { conversations_days, files_days, addresses_days, with_queries } = kept;
    let saving = set.saving(move |input| input.id == id);
    let days = move |title: &'static str, name: &'static str, days: Option<u32>| {
        view! {
            <label>
                {title}
                <span class="with-unit">
                    <input
                        name=name
                        type="number"
                        min="1"
                        max="36500"
                        placeholder="forever"
                        value=days.map(|days| days.to_string())
                        disabled=!can_change
                    />
                    "days"
                </span>
            </label>
        }
    };
    view! {
        <h3>"Data retention"</h3>
        <ActionForm action=set.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            {days("Conversations (after the last message)", "conversations_days", conversations_days)}
            {days("Files (after they were added)", "files_days", files_days)}
            {days("Email addresses and networks (after the visitor’s last visit)", "addresses_days", addresses_days)}
            <small>"Leave empty to keep forever. Older data is permanently erased within the hour."</small>
            <div class="checks">
                <Check name="with_queries" checked=with_queries disabled=!can_change>
                    "Keep query strings and fragments (after “?” and “#”) in page URLs"
                </Check>
            </div>
            <small>"These may contain keys to your users’ accounts. If off, agents see only the page itself."</small>
            <SaveRow saving can_change />
        </ActionForm>
    }
}
