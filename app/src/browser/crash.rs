//! A program that has panicked looks as if it still worked: the screen stays as it is, but nothing responds. This
//! module shows that the program has stopped, and closes its connection.
//!
//! It uses only the browser's own APIs, because Leptos itself may have stopped.

use std::panic::PanicHookInfo;

use leptos::prelude::{document, window, window_event_listener_untyped};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ErrorEvent};

/// The class of `<body>` after a crash.
const CRASHED: &str = "crashed";

/// Watches for a crash of this program, shows it, and calls `hang_up`.
pub(crate) fn watch(hang_up: fn()) {
    std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        console_error_panic_hook::hook(info);
        stop(hang_up);
    }));
    // A trap without a panic: the stack or the memory is exhausted.
    let _listening = window_event_listener_untyped("error", move |event| {
        let error = event.dyn_into::<ErrorEvent>().map(|event| event.error());
        if error.is_ok_and(|error| error.is_instance_of::<js_sys::WebAssembly::RuntimeError>()) {
            stop(hang_up);
        }
    });
}

fn stop(hang_up: fn()) {
    let Some(body) = document().body() else { return };
    if body.class_list().contains(CRASHED) {
        return;
    }
    let _marked = body.class_list().add_1(CRASHED);
    hang_up();
    if let Ok(Some(dot)) = document().query_selector(".rail [role=status]") {
        let _set = dot.set_attribute("class", "dot offline");
        let _set = dot.set_attribute("aria-label", "Stopped. Reload the page.");
        let _set = dot.set_attribute("title", "Stopped. Reload the page.");
    }
    if let Some(notice) = notice() {
        let _shown = body.append_child(&notice);
    }
}

/// Returns the notice, with a button that reloads the page.
fn notice() -> Option<Element> {
    let notice = document().create_element("div").ok()?;
    notice.set_attribute("class", "crash-notice").ok()?;
    notice.set_attribute("role", "alert").ok()?;
    let text = document().create_element("span").ok()?;
    text.set_text_content(Some("Something went wrong. Reload to send and receive messages again."));
    let button = document().create_element("button").ok()?;
    button.set_attribute("class", "button primary").ok()?;
    button.set_text_content(Some("Reload"));
    let reload = Closure::<dyn FnMut()>::new(|| {
        let _reloading = window().location().reload();
    });
    button.add_event_listener_with_callback("click", reload.as_ref().unchecked_ref()).ok()?;
    reload.forget();
    notice.append_child(&text).ok()?;
    notice.append_child(&button).ok()?;
    Some(notice)
}
