//! Making elements. Text goes in as text nodes only.

use wasm_bindgen::{JsCast, JsValue, UnwrapThrowExt};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement};

const SVG: &str = "http://www.w3.org/2000/svg";

pub(crate) fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect_throw("a page")
}

/// An element with a class.
pub(crate) fn element(name: &str, class: &str) -> HtmlElement {
    let made = document().create_element(name).expect_throw("a valid name");
    made.set_class_name(class);
    made.unchecked_into()
}

/// An element with a class and a text.
pub(crate) fn text(name: &str, class: &str, text: &str) -> HtmlElement {
    let made = element(name, class);
    made.set_text_content(Some(text));
    made
}

pub(crate) fn set(element: &Element, name: &str, value: &str) {
    // Fails on invalid names only, and the names are ours.
    let _set = element.set_attribute(name, value);
}

pub(crate) fn append(parent: &Element, child: &Element) {
    // Fails on cycles only.
    let _appended = parent.append_child(child);
}

/// An icon of one path.
pub(crate) fn icon(path: &str) -> Element {
    let document = document();
    let svg = document.create_element_ns(Some(SVG), "svg").expect_throw("a valid name");
    set(&svg, "viewBox", "0 0 24 24");
    set(&svg, "aria-hidden", "true");
    let drawn = document.create_element_ns(Some(SVG), "path").expect_throw("a valid name");
    set(&drawn, "d", path);
    append(&svg, &drawn);
    svg
}

/// Calls `act` for every event, as long as the page lives.
pub(crate) fn listen(target: &EventTarget, event: &str, act: impl FnMut(Event) + 'static) {
    let closure = wasm_bindgen::closure::Closure::<dyn FnMut(Event)>::new(act);
    let _listening =
        target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Sets one field of an object that is to be posted.
pub(crate) fn field(object: &js_sys::Object, name: &str, value: &JsValue) {
    let _set = js_sys::Reflect::set(object, &name.into(), value);
}
