//! Text to copy.

use icondata_lu as lu;
use leptos::prelude::*;

use super::Icon;

/// A text with a button that copies it.
#[component]
pub(crate) fn Copyable(
    /// The text.
    text: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let shown = text.clone();
    let copy = move |_| {
        copy_text(&text);
        copied.set(true);
    };
    view! {
        <div class="snippet">
            <pre tabindex="0"><code>{shown}</code></pre>
            <button class="button" type="button" on:click=copy>
                <Show
                    when=move || copied.get()
                    fallback=|| view! { <Icon icon=lu::LuCopy /> "Copy" }
                >
                    <Icon icon=lu::LuCheck />
                    "Copied"
                </Show>
            </button>
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn copy_text(text: &str) {
    // Browsers offer a clipboard only in secure contexts. Elsewhere the text can be selected.
    let _copying = window().navigator().clipboard().write_text(text);
}

#[cfg(not(feature = "hydrate"))]
fn copy_text(_text: &str) {}
