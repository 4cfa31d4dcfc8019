//! Nothing here, not yet, gone wrong: the states that every page has.

use icondata_lu as lu;
use leptos::prelude::*;

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
    move || {
        text.get().map(|text| {
            view! {
                <p class="notice" role="alert">
                    <Icon icon=lu::LuCircleAlert />
                    <span>{text}</span>
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
