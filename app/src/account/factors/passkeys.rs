//! Passkeys: adding one, and logging in with one. They need scripts, and so does every browser that supports them.

use leptos::prelude::*;

use super::calls::{add_passkey, ask_passkey, log_in_by_passkey, offer_passkey};
use crate::browser::{go_to, passkeys};
use crate::failure::Failure;
use crate::ui::{Notice, is_alive};

/// The outcome of a passkey operation.
#[derive(Clone, Debug)]
enum Outcome {
    Done,
    /// Canceled, or no passkey available.
    Nothing,
    Failed(Failure),
}

fn said(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Done => None,
        Outcome::Nothing => Some("No passkey was chosen.".to_owned()),
        Outcome::Failed(failure) => Some(failure.to_string()),
    }
}

/// A button that logs in with a passkey.
#[component]
pub(crate) fn PasskeyButton(to: Signal<String>) -> impl IntoView {
    let log_in = Action::new_local(move |(): &()| async move {
        let to = to.get_untracked();
        let outcome = async {
            let request = ask_passkey().await.map_err(Outcome::Failed)?;
            let shown = passkeys::get(&request.options).await.ok_or(Outcome::Nothing)?;
            let next = log_in_by_passkey(request.step, shown, to).await;
            go_to(&next.map_err(Outcome::Failed)?);
            Ok(())
        };
        outcome.await.map_or_else(|outcome| outcome, |()| Outcome::Done)
    });
    let is_alive = is_alive();
    let refused = ArcSignal::derive(move || log_in.value().get().as_ref().and_then(said));
    view! {
        <Notice text=refused />
        <button
            class="button"
            type="button"
            disabled=move || !is_alive.get() || log_in.pending().get()
            on:click=move |_| {
                log_in.dispatch_local(());
            }
        >
            "Log in with a passkey"
        </button>
    }
}

/// A form that adds a passkey and then calls `added`.
#[component]
pub(super) fn NewPasskey(added: Callback<()>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let add = Action::new_local(move |name: &String| {
        let name = name.clone();
        async move {
            let outcome = async {
                let request = offer_passkey().await.map_err(Outcome::Failed)?;
                let made = passkeys::create(&request.options).await.ok_or(Outcome::Nothing)?;
                add_passkey(request.step, name, made).await.map_err(Outcome::Failed)
            };
            outcome.await.map_or_else(|outcome| outcome, |()| Outcome::Done)
        }
    });
    Effect::new(move |_| {
        if matches!(add.value().get(), Some(Outcome::Done)) {
            name.set(String::new());
            added.run(());
        }
    });
    let is_alive = is_alive();
    let refused = ArcSignal::derive(move || add.value().get().as_ref().and_then(said));
    view! {
        <form
            class="form"
            on:submit=move |event| {
                event.prevent_default();
                add.dispatch_local(name.get_untracked());
            }
        >
            <Notice text=refused />
            <label>
                "Passkey name"
                <input
                    required
                    maxlength="80"
                    placeholder="Mia’s phone"
                    autocomplete="off"
                    prop:value=name
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <small>"Stored on your phone, computer, password manager, or security key."</small>
            </label>
            <div class="form-end">
                <button
                    class="button"
                    type="submit"
                    disabled=move || !is_alive.get() || add.pending().get()
                >
                    "Add passkey"
                </button>
            </div>
        </form>
    }
}
