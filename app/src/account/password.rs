//! `/password`: asks for a password link. `/password/:token`: the page that an emailed link opens, where an agent
//! sets a password.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::calls::{ForgetPassword, LinkDetails, SetPassword, check_password_link};
use super::login::refusal;
use crate::ui::{FormCard, Waiting, state_page};

/// Asks for a link by email.
#[component]
pub(crate) fn ForgottenPage() -> impl IntoView {
    let forget = ServerAction::<ForgetPassword>::new();
    let query = use_query_map();
    let answer = move || match query.with(|query| query.get("asked"))?.as_str() {
        "on" => Some("If an agent has this address, we’ve sent them a reset link."),
        "off" => Some(
            "Email is off on this server. Ask an owner to create a password-reset link on the Team page or with “porchlight agent link”.",
        ),
        _ => None,
    };
    view! {
        <Title text="Forgot password" />
        <main class="door">
            <FormCard
                action=forget
                title="Forgot password?"
                lead="Enter your email and we’ll send you a reset link."
                refused=refusal(forget)
            >
                {move || answer().map(|said| view! { <p role="status">{said}</p> })}
                <label>
                    "Email address"
                    <input name="email" type="email" autocomplete="username" required autofocus />
                </label>
                <div class="form-end">
                    <button
                        class="button primary"
                        type="submit"
                        disabled=move || forget.pending().get()
                    >
                        "Send reset link"
                    </button>
                    <a href="/login">"Back to login"</a>
                </div>
            </FormCard>
        </main>
    }
}

/// Sets a password through a link.
#[component]
pub(crate) fn PasswordPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.with(|params| params.get("token").unwrap_or_default());
    let holder = Resource::new(token, check_password_link);
    view! {
        <Title text="Set password" />
        <main class="door">
            <Suspense fallback=Waiting>
                {move || Suspend::new(async move {
                    match holder.await {
                        Ok(holder) => view! { <PasswordForm token=token() holder /> }.into_any(),
                        Err(failure) => {
                            view! {
                                {state_page("This link doesn’t work", failure.to_string())}
                                <p class="door-more">
                                    <a href="/password">"Request a new link"</a>
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

#[component]
fn PasswordForm(token: String, holder: LinkDetails) -> impl IntoView {
    let set = ServerAction::<SetPassword>::new();
    let LinkDetails { name, email, is_invited } = holder;
    let (title, lead) = if is_invited {
        (format!("Welcome, {name}"), "Choose a password to get started.")
    } else {
        ("Set a new password".to_owned(), "You’ll be logged out on all other devices.")
    };
    view! {
        <FormCard action=set title lead refused=refusal(set)>
            <input type="hidden" name="token" value=token />
            <label>
                "Email address"
                <input type="email" autocomplete="username" value=email readonly />
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
                    autofocus
                />
                <small>"At least 10 characters."</small>
            </label>
            <button class="button primary" type="submit" disabled=move || set.pending().get()>
                {move || if set.pending().get() { "Saving…" } else { "Set password and log in" }}
            </button>
        </FormCard>
    }
}
