//! What an inbox keeps of its visitors, and for how long.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::{InboxDetails, KeptDetails, SetInboxKept};
use crate::ui::{Deed, SaveRow};

#[component]
pub(super) fn Kept(
    inbox: InboxDetails,
    set: Deed<SetInboxKept>,
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
                        placeholder="for ever"
                        value=days.map(|days| days.to_string())
                        disabled=!can_change
                    />
                    "days"
                </span>
            </label>
        }
    };
    view! {
        <h3>"What is kept"</h3>
        <ActionForm action=set.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            {days("Conversations, after their last message", "conversations_days", conversations_days)}
            {days("Files, after they came", "files_days", files_days)}
            {days("Mail addresses and networks, after the visitor was last here", "addresses_days", addresses_days)}
            <small>"Empty: for ever. What is older is erased for good within the hour."</small>
            <div class="checks">
                <label>
                    <input
                        type="checkbox"
                        name="with_queries"
                        value="true"
                        checked=with_queries
                        disabled=!can_change
                    />
                    "Keep what stands behind “?” and “#” in the addresses of pages"
                </label>
            </div>
            <small>"It may hold keys to your users’ accounts. Without it, agents see the page alone."</small>
            <SaveRow saving can_change />
        </ActionForm>
    }
}
