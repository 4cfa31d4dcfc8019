//! Forms.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlFormElement};

/// Submits the form of the field that an event is about.
pub(crate) fn submit_form_of(event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let form = target.and_then(|target| target.closest("form").ok().flatten());
    if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
        let _submitted = form.request_submit();
    }
}
