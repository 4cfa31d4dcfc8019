//! A button that opens a list of actions. It is a `<details>`, which opens and closes by keyboard and without
//! scripts.

use leptos::ev::MouseEvent;
use leptos::html::Details;
use leptos::prelude::*;

use super::Icon;
use crate::browser::close_elsewhere;

/// A menu. Its children are `<li>`s with one button or link each.
#[component]
pub(crate) fn Menu(
    /// Its name, for those who do not see the icon.
    label: &'static str,
    /// Its icon.
    #[prop(optional)]
    icon: Option<icondata_core::Icon>,
    /// The text beside the icon.
    #[prop(optional, into)]
    title: Option<Signal<String>>,
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    let close = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
        }
    };
    // Choosing an item closes it. So do a click elsewhere and Escape.
    let on_click = move |event: MouseEvent| {
        let target = event_target::<leptos::web_sys::Element>(&event);
        if target.closest("li button, li a").is_ok_and(|found| found.is_some()) {
            close();
        }
    };
    close_elsewhere(details);
    view! {
        <details class="menu" node_ref=details on:click=on_click>
            // The visible text must be part of the accessible name: users of voice control say what they see.
            <summary class="button small" title=label aria-label=title.is_none().then_some(label)>
                {icon.map(|icon| view! { <Icon icon /> })}
                {title
                    .map(|title| {
                        view! {
                            <span class="visually-hidden">{label} ": "</span>
                            <span class="menu-title">{move || title.get()}</span>
                        }
                    })}
            </summary>
            <ul class="menu-items">{children()}</ul>
        </details>
    }
}
