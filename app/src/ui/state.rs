//! The states that every page has: empty, loading and failed.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use protocol::ErrorCode;

use super::Icon;

/// A whole pane that shows only a title and a text.
pub(crate) fn state_page(title: &'static str, text: impl Into<String>) -> impl IntoView {
    view! {
        <div class="state">
            <h1>{title}</h1>
            <p>{text.into()}</p>
        </div>
    }
}

/// A refusal, shown where it happened.
#[component]
pub(crate) fn Notice(
    /// The text. Nothing is shown without one.
    #[prop(into)]
    text: ArcSignal<Option<String>>,
) -> impl IntoView {
    let path = use_location().pathname;
    // A stale login gets a link to log in again.
    let again = move |text: &str| {
        let is_stale = text == ErrorCode::LoginStale.sentence();
        is_stale.then(|| {
            let href = format!("/login?to={}", path.get_untracked());
            view! { " " <a href=href rel="external">"Log in again"</a> }
        })
    };
    move || {
        text.get().map(|text| {
            let again = again(&text);
            view! {
                <p class="notice" role="alert">
                    <Icon icon=lu::LuCircleAlert />
                    <span>{text} {again}</span>
                </p>
            }
        })
    }
}

/// A placeholder while text loads.
#[component]
pub(crate) fn Waiting() -> impl IntoView {
    view! {
        <div class="waiting" aria-busy="true" aria-label="Loading">
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}
