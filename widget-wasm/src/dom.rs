//! Helpers to create elements. Text is only ever added as text nodes.

use wasm_bindgen::{JsCast, JsValue, UnwrapThrowExt};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement};

pub(crate) fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect_throw("a page")
}

/// An element of the page that the server rendered.
pub(crate) fn part(selector: &str) -> HtmlElement {
    let found = document().query_selector(selector).ok().flatten();
    found.expect_throw("a part of the page").unchecked_into()
}

/// Creates an element with a class.
pub(crate) fn element(name: &str, class: &str) -> HtmlElement {
    let made = document().create_element(name).expect_throw("a valid name");
    made.set_class_name(class);
    made.unchecked_into()
}

/// Creates an element with a class and a text.
pub(crate) fn text(name: &str, class: &str, text: &str) -> HtmlElement {
    let made = element(name, class);
    made.set_text_content(Some(text));
    made
}

pub(crate) fn set(element: &Element, name: &str, value: &str) {
    // Fails only for invalid names, and the names are ours.
    let _set = element.set_attribute(name, value);
}

pub(crate) fn append(parent: &Element, child: &Element) {
    // Fails only for cycles.
    let _appended = parent.append_child(child);
}

pub(crate) fn append_text(parent: &Element, text: &str) {
    // Fails only for cycles.
    let _appended = parent.append_child(&document().create_text_node(text));
}

/// Calls `act` on every event, for as long as the page lives.
pub(crate) fn listen(target: &EventTarget, event: &str, act: impl FnMut(Event) + 'static) {
    let closure = wasm_bindgen::closure::Closure::<dyn FnMut(Event)>::new(act);
    let _listening =
        target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Sets a field of an object that will be posted.
pub(crate) fn field(object: &js_sys::Object, name: &str, value: &JsValue) {
    let _set = js_sys::Reflect::set(object, &name.into(), value);
}
