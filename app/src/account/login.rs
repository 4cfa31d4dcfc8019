//! `/login`

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::calls::LogIn;
use crate::failure::Failure;
use crate::ui::Notice;

/// The login. The form works without scripts, too.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    let log_in = ServerAction::<LogIn>::new();
    let refused = refusal(log_in);
    let query = use_query_map();
    let to = move || query.with(|query| query.get("to").unwrap_or_default());
    view! {
        <Title text="Log in" />
        <main class="door">
            <ActionForm action=log_in attr:class="card form">
                <h1>"Log in to Porchlight"</h1>
                <Notice text=refused />
                <input type="hidden" name="to" value=to />
                <label>
                    "Mail address"
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
                <a href="/password">"Forgotten password"</a>
            </ActionForm>
        </main>
    }
}

/// Why the last try was refused. It may be made where pages are read anew: it lives as long as it is
/// used.
pub(crate) fn refusal<S>(action: ServerAction<S>) -> ArcSignal<Option<String>>
where
    S: leptos::server_fn::ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync,
{
    ArcSignal::derive(move || action.value().get()?.err().map(|failure| failure.to_string()))
}
