//! `/setup/:token`: the first page of a new installation.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::calls::{CreateOwner, check_setup_link};
use super::login::refusal;
use crate::ui::{FormCard, Waiting, state_page};

/// The page that creates the owner.
#[component]
pub(crate) fn SetupPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.with(|params| params.get("token").unwrap_or_default());
    let works = Resource::new(token, check_setup_link);
    view! {
        <Title text="Set up" />
        <main class="door">
            <Suspense fallback=Waiting>
                {move || Suspend::new(async move {
                    match works.await {
                        Ok(true) => view! { <OwnerForm token=token() /> }.into_any(),
                        Ok(false) => {
                            state_page(
                                    "This link no longer works",
                                    "It has already been used, or the server was restarted. If there is \
                                     no owner yet, the server prints a new link when it starts. \
                                     Otherwise, log in.",
                                )
                                .into_any()
                        }
                        Err(failure) => state_page("Something went wrong", failure.to_string()).into_any(),
                    }
                })}
            </Suspense>
        </main>
    }
}

#[component]
fn OwnerForm(token: String) -> impl IntoView {
    let create = ServerAction::<CreateOwner>::new();
    view! {
        <FormCard
            action=create
            title="Welcome to Porchlight"
            lead="Create your owner account. You can add your team afterward."
            refused=refusal(create)
        >
            <input type="hidden" name="token" value=token />
            <label>
                "Your name"
                <input name="name" autocomplete="name" required maxlength="80" autofocus />
                <small>"Visitors see it next to your replies."</small>
            </label>
            <label>
                "Email address"
                <input name="email" type="email" autocomplete="username" required />
            </label>
            <label>
                "Password"
                <input
                    name="password"
                    type="password"
                    autocomplete="new-password"
                    required
                    minlength="10"
                    maxlength="200"
                />
                <small>"At least 10 characters."</small>
            </label>
            <button class="button primary" type="submit" disabled=move || create.pending().get()>
                {move || if create.pending().get() { "Creating…" } else { "Create account" }}
            </button>
        </FormCard>
    }
}
