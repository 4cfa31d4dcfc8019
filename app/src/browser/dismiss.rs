//! Closing what was opened.

use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Node;

/// Closes a `<details>` on a click elsewhere, and with Escape. On the server this does nothing.
pub(crate) fn close_elsewhere(details: NodeRef<Details>) {
    let clicked = window_event_listener(leptos::ev::pointerdown, move |event| {
        let inside = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        if let Some(details) = details.get_untracked()
            && details.open()
            && !details.contains(inside.as_ref())
        {
            details.set_open(false);
        }
    });
    let pressed = window_event_listener(leptos::ev::keydown, move |event| {
        if let Some(details) = details.get_untracked()
            && event.key() == "Escape"
            && details.open()
        {
            details.set_open(false);
        }
    });
    on_cleanup(move || {
        clicked.remove();
        pressed.remove();
    });
}
