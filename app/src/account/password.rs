//! `/password`: a password that was forgotten. `/password/:token`: the page behind a mail's link, by
//! which an agent sets one.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::calls::{ForgetPassword, LinkDetails, SetPassword, check_password_link};
use super::login::refusal;
use crate::ui::{Notice, Waiting, state_page};

/// Asks for a mail.
#[component]
pub(crate) fn ForgottenPage() -> impl IntoView {
    let forget = ServerAction::<ForgetPassword>::new();
    let query = use_query_map();
    let answer = move || match query.with(|query| query.get("asked"))?.as_str() {
        "on" => Some("If an agent has this address, a mail is on its way."),
        "off" => Some(
            "This server sends no mail. An owner can make a link for you on the page of the team, or with “porchlight agent link”.",
        ),
        _ => None,
    };
    view! {
        <Title text="Forgotten password" />
        <main class="door">
            <ActionForm action=forget attr:class="card form">
                <h1>"Forgotten password"</h1>
                <p class="lead">
                    "Say which mail address you log in with. You get a link by which you set another password."
                </p>
                <Notice text=refusal(forget) />
                {move || answer().map(|said| view! { <p role="status">{said}</p> })}
                <label>
                    "Mail address"
                    <input name="email" type="email" autocomplete="username" required autofocus />
                </label>
                <div class="form-end">
                    <button
                        class="button primary"
                        type="submit"
                        disabled=move || forget.pending().get()
                    >
                        "Send the link"
                    </button>
                    <a href="/login">"Back to the login"</a>
                </div>
            </ActionForm>
        </main>
    }
}

/// Sets a password.
#[component]
pub(crate) fn PasswordPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.with(|params| params.get("token").unwrap_or_default());
    let holder = Resource::new(token, check_password_link);
    view! {
        <Title text="Password" />
        <main class="door">
            <Suspense fallback=Waiting>
                {move || Suspend::new(async move {
                    match holder.await {
                        Ok(holder) => view! { <PasswordForm token=token() holder /> }.into_any(),
                        Err(failure) => {
                            view! {
                                {state_page("This link does not work", failure.to_string())}
                                <p class="door-more">
                                    <a href="/password">"Ask for another"</a>
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
        (format!("Welcome, {name}"), "Choose a password, and come in.")
    } else {
        ("Set a new password".to_owned(), "Whoever is logged in with the old one is logged out.")
    };
    view! {
        <ActionForm action=set attr:class="card form">
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            <Notice text=refusal(set) />
            <input type="hidden" name="token" value=token />
            <label>
                "Mail address"
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
                {move || if set.pending().get() { "Setting…" } else { "Set it, and log in" }}
            </button>
        </ActionForm>
    }
}
