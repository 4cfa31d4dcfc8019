//! Icons, which accompany a text or are in an element that has a name.

use icondata_core::Icon as Drawing;
use leptos::prelude::*;

/// An icon. It is hidden from screen readers, which read the text.
#[component]
pub(crate) fn Icon(
    /// The icon to draw.
    icon: Drawing,
) -> impl IntoView {
    view! { <leptos_icons::Icon icon attr:aria-hidden="true" /> }
}
