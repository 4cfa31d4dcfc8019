//! What needs scripts, before they run.

use leptos::prelude::*;

/// Whether the page has come alive: a button that does nothing without scripts is off until then.
pub(crate) fn is_alive() -> ReadSignal<bool> {
    let (is_alive, set) = signal(false);
    Effect::new(move |_| set.set(true));
    is_alive
}
