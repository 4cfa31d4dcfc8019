//! `/login`: logging in by password, passkey or provider.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use protocol::ErrorCode;
use protocol::ProviderId;

use super::calls::LogIn;
use super::factors::{LoginWays, PasskeyButton, read_login_ways};
use crate::failure::Failure;
use crate::ui::FormCard;

/// The login page. The form also works without scripts.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    let log_in = ServerAction::<LogIn>::new();
    let query = use_query_map();
    // Why a login through a provider failed. The URL has a code, not a text, because anyone can write a URL.
    let came_back = move || {
        let code = query.with(|query| query.get("error"))?;
        let known = ErrorCode::ALL.iter().find(|known| known.as_str() == code)?;
        Some(known.sentence().to_owned())
    };
    let refused = {
        let refused = refusal(log_in);
        ArcSignal::derive(move || refused.get().or_else(came_back))
    };
    let ways = Resource::new(|| (), |()| read_login_ways());
    let to = move || query.with(|query| query.get("to").unwrap_or_default());
    view! {
        <Title text="Log in" />
        <main class="door">
            <FormCard action=log_in title="Log in to Porchlight" refused>
                <input type="hidden" name="to" value=to />
                <label>
                    "Email address"
                    <input name="email" type="email" autocomplete="username" required autofocus />
                </label>
                <label>
                    "Password"
                    <input
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        required
                    />
                </label>
                <button class="button primary" type="submit" disabled=move || log_in.pending().get()>
                    {move || if log_in.pending().get() { "Logging in…" } else { "Log in" }}
                </button>
                <a href="/password">"Forgot password?"</a>
            </FormCard>
            <Suspense>
                {move || Suspend::new(async move {
                    let ways = ways.await.unwrap_or_default();
                    view! { <OtherWays ways to=Signal::derive(to) /> }
                })}
            </Suspense>
        </main>
    }
}

/// Logging in through a provider or with a passkey.
#[component]
fn OtherWays(ways: LoginWays, to: Signal<String>) -> impl IntoView {
    let LoginWays { providers, takes_passkeys } = ways;
    let provider = move |(id, name): (ProviderId, String)| {
        let address = move || format!("/login/sso/{id}?to={}", to.get());
        view! {
            <a class="button" href=address rel="external">
                "Log in with " {name}
            </a>
        }
    };
    (takes_passkeys || !providers.is_empty()).then(|| {
        view! {
            <div class="card form">
                {providers.into_iter().map(provider).collect_view()}
                {takes_passkeys.then(|| view! { <PasskeyButton to /> })}
            </div>
        }
    })
}

/// Returns why the last attempt was refused. It may be created where a page is rendered again, because it lives as
/// long as it is used.
pub(crate) fn refusal<S>(action: ServerAction<S>) -> ArcSignal<Option<String>>
where
    S: leptos::server_fn::ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync,
{
    ArcSignal::derive(move || action.value().get()?.err().map(|failure| failure.to_string()))
}
