//! The color of a label.

use leptos::prelude::*;

/// A dot in the color of a label. Our content security policy forbids inline styles, but an SVG attribute is not a
/// style.
#[component]
pub(crate) fn LabelDot(color: String) -> impl IntoView {
    view! {
        <svg class="label-dot" viewBox="0 0 8 8" aria-hidden="true">
            <circle cx="4" cy="4" r="4" fill=color />
        </svg>
    }
}
