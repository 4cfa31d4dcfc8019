//! How each form of an inbox ends: it is saved, and says how that went.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::failure::Failure;
use crate::ui::Notice;

/// How the last save of one inbox's form went. The other inboxes on the page have the same action.
/// It is made anew with each save, and lives as long as the form that shows it.
#[derive(Clone)]
pub(super) struct Saving {
    refused: ArcSignal<Option<String>>,
    is_saved: ArcSignal<bool>,
    is_pending: ArcSignal<bool>,
}

impl Saving {
    pub(super) fn of<S>(
        action: ServerAction<S>,
        is_mine: impl Fn(&S) -> bool + Copy + Send + Sync + 'static,
    ) -> Self
    where
        S: ServerFn<Error = Failure, Output = ()> + Clone + Send + Sync + 'static,
    {
        let mine = move || action.input().with(|input| input.as_ref().is_none_or(is_mine));
        let refused = move || match action.value().get() {
            Some(Err(failure)) if mine() => Some(failure.to_string()),
            _ => None,
        };
        let is_saved = move || mine() && matches!(action.value().get(), Some(Ok(())));
        Self {
            refused: ArcSignal::derive(refused),
            is_saved: ArcSignal::derive(is_saved),
            is_pending: ArcSignal::derive(move || action.pending().get()),
        }
    }
}

/// What was refused, the button, and that it is saved.
#[component]
pub(super) fn SaveRow(saving: Saving, can_change: bool) -> impl IntoView {
    let Saving { refused, is_saved, is_pending } = saving;
    view! {
        <Notice text=refused />
        <div class="form-end">
            <button
                class="button primary"
                type="submit"
                disabled=move || !can_change || is_pending.get()
            >
                "Save"
            </button>
            <span class="saved" role="status">
                {move || is_saved.get().then_some("Saved")}
            </span>
            {(!can_change).then_some("Only the owner can change this.")}
        </div>
    }
}
