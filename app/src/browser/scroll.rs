//! Scrolling.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlDivElement, ResizeObserver};

/// Returns an element, if it still exists. Browser callbacks may run after it is gone.
pub(crate) fn element_of(element: NodeRef<Div>) -> Option<HtmlDivElement> {
    element.try_get_untracked().flatten()
}

/// Returns how far an element is from being scrolled to its end, in pixels.
pub(crate) fn from_end(element: &HtmlDivElement) -> i32 {
    element.scroll_height() - element.scroll_top() - element.client_height()
}

/// Scrolls an element to its end.
pub(crate) fn to_end(element: &HtmlDivElement) {
    element.set_scroll_top(element.scroll_height());
}

/// Scrolls an element so that the one with this id in it is in its upper third. Unlike `scrollIntoView`, it does
/// not scroll the page around it.
pub(crate) fn show(element: &HtmlDivElement, id: &str) {
    let Some(inner) = document().get_element_by_id(id) else { return };
    let above = inner.get_bounding_client_rect().top() - element.get_bounding_client_rect().top();
    let third = f64::from(element.client_height()) / 3.0;
    element.set_scroll_top(element.scroll_top() + (above - third) as i32);
}

/// Calls `act` whenever an element's size changes, until the effect that calls this runs again, or is gone.
pub(crate) fn on_resize(element: &HtmlDivElement, act: impl Fn() + 'static) {
    let resized = Closure::<dyn FnMut()>::new(act);
    let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let observing = StoredValue::new_local((observer, resized));
    on_cleanup(move || observing.with_value(|(observer, _)| observer.disconnect()));
}
