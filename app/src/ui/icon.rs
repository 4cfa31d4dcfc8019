//! Icons, which stand beside words or in what has a name.

use icondata_core::Icon as Drawing;
use leptos::prelude::*;

/// An icon. It is for eyes alone: whoever hears the page hears the words.
#[component]
pub(crate) fn Icon(
    /// What is drawn.
    icon: Drawing,
) -> impl IntoView {
    view! { <leptos_icons::Icon icon attr:aria-hidden="true" /> }
}
