//! Whether scripts run yet.

use leptos::prelude::*;

/// Whether the page is hydrated. Until then, a button that needs scripts is disabled.
pub(crate) fn is_alive() -> ReadSignal<bool> {
    let (is_alive, set) = signal(false);
    Effect::new(move |_| set.set(true));
    is_alive
}
