//! `/login/second`: the second step of a login, after the right password.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use super::calls::{FinishLogin, FinishSetUp, StepDetails, read_step};
use super::passkeys::{NewPasskey, PasskeyButton};
use super::totp::{CodeField, NewTotp};
use crate::account::refusal;
use crate::ui::{Notice, Waiting, state_page};

/// Asks for a code or a passkey, or has the agent set up a required factor.
#[component]
pub(crate) fn SecondPage() -> impl IntoView {
    let step = Resource::new(|| (), |()| read_step());
    view! {
        <Title text="Log in" />
        <main class="door">
            <Suspense fallback=Waiting>
                {move || Suspend::new(async move {
                    match step.await {
                        Ok(step) if step.has_totp || step.has_passkeys => {
                            view! { <Ask step /> }.into_any()
                        }
                        Ok(step) => view! { <SetUp step /> }.into_any(),
                        Err(failure) => {
                            view! {
                                {state_page("Log in again", failure.to_string())}
                                <p class="door-more">
                                    <a href="/login">"Back to login"</a>
                                </p>
                            }
                                .into_any()
                        }
                    }
                })}
            </Suspense>
        </main>
    }
}

/// Asks for the second factor. The form also works without scripts.
#[component]
fn Ask(step: StepDetails) -> impl IntoView {
    let finish = ServerAction::<FinishLogin>::new();
    let StepDetails { name, has_totp, has_passkeys, takes_passkeys, to } = step;
    view! {
        <div class="card form">
            <h1>"One more step, " {name}</h1>
            {(has_passkeys && takes_passkeys)
                .then(|| view! { <PasskeyButton to=Signal::stored(to) /> })}
            <ActionForm action=finish attr:class="form">
                <Notice text=refusal(finish) />
                <CodeField label=if has_totp {
                    "Code from your authenticator app, or a recovery code"
                } else {
                    "Recovery code"
                } />
                <button class="button primary" type="submit" disabled=move || finish.pending().get()>
                    "Log in"
                </button>
            </ActionForm>
            <a href="/login">"Log in as someone else"</a>
        </div>
    }
}

#[component]
fn SetUp(step: StepDetails) -> impl IntoView {
    let finish = ServerAction::<FinishSetUp>::new();
    let done = Callback::new(move |()| {
        finish.dispatch(FinishSetUp {});
    });
    view! {
        <div class="card form">
            <h1>"Welcome, " {step.name}</h1>
            <p class="lead">"Your team requires two-factor authentication. Set it up to continue."</p>
            <Notice text=refusal(finish) />
            <NewTotp title="Set up an authenticator app" end="I’ve saved my codes, log me in" done />
            {step.takes_passkeys.then(|| view! { <NewPasskey added=done /> })}
        </div>
    }
}
