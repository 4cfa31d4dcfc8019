//! The clipboard.

use leptos::prelude::window;

/// Copies a text. Browsers offer a clipboard only in secure contexts. Elsewhere this fails, and the text can be selected.
pub(crate) fn copy(text: &str) {
    let _copying = window().navigator().clipboard().write_text(text);
}
