//! A program that has panicked looks like one that works: what is on screen stays there, and nothing
//! answers any more. So the page says that it has stopped, and its connection ends.
//!
//! Only the browser's own means are used here: Leptos may be what stopped.

use std::panic::PanicHookInfo;

use leptos::prelude::{document, window, window_event_listener_untyped};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ErrorEvent};

/// The class of `<body>` after it.
const CRASHED: &str = "crashed";

/// Shows it when this program ends.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        console_error_panic_hook::hook(info);
        stop();
    }));
    // A trap that is no panic: the stack or the memory is used up.
    let _listening = window_event_listener_untyped("error", |event| {
        let error = event.dyn_into::<ErrorEvent>().map(|event| event.error());
        if error.is_ok_and(|error| error.is_instance_of::<js_sys::WebAssembly::RuntimeError>()) {
            stop();
        }
    });
}

fn stop() {
    let Some(body) = document().body() else { return };
    if body.class_list().contains(CRASHED) {
        return;
    }
    let _marked = body.class_list().add_1(CRASHED);
    crate::live::hang_up();
    if let Ok(Some(dot)) = document().query_selector(".rail [role=status]") {
        let _set = dot.set_attribute("class", "dot offline");
        let _set = dot.set_attribute("aria-label", "Stopped: reload the page");
        let _set = dot.set_attribute("title", "Stopped: reload the page");
    }
    if let Some(notice) = notice() {
        let _shown = body.append_child(&notice);
    }
}

/// What says so, with a way out.
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
