//! Text to copy.

use icondata_lu as lu;
use leptos::prelude::*;

use super::Icon;
use crate::browser::copy;

/// A text with a button that copies it.
#[component]
pub(crate) fn Copyable(
    /// The text.
    text: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let shown = text.clone();
    let on_click = move |_| {
        copy(&text);
        copied.set(true);
    };
    view! {
        <div class="snippet">
            <pre tabindex="0"><code>{shown}</code></pre>
            <button class="button" type="button" on:click=on_click>
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
