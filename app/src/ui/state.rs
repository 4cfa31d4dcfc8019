//! Nothing here, not yet, gone wrong: the states that every page has.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use protocol::ErrorCode;

use super::Icon;

/// A whole pane that has nothing to show but a sentence.
pub(crate) fn state_page(title: &'static str, text: impl Into<String>) -> impl IntoView {
    view! {
        <div class="state">
            <h1>{title}</h1>
            <p>{text.into()}</p>
        </div>
    }
}

/// What is refused, said where it happened.
#[component]
pub(crate) fn Notice(
    /// The sentence; nothing is shown without one.
    #[prop(into)]
    text: ArcSignal<Option<String>>,
) -> impl IntoView {
    let path = use_location().pathname;
    // What can be done about it stands beside it.
    let again = move |text: &str| {
        let is_stale = text == ErrorCode::LoginStale.sentence();
        is_stale.then(|| {
            let href = format!("/login?to={}", path.get_untracked());
            view! { " " <a href=href rel="external">"Log in once more"</a> }
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

/// Lines where text will be.
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
