//! The badge with the number of inbound emails to review.

use leptos::prelude::*;

use super::calls::count_for_review;

/// The interval at which the number is refreshed, in seconds.
const EVERY_S: u64 = 60;

/// Triggers a refresh of the number after a review decision.
#[derive(Clone, Copy)]
pub(crate) struct Recount(Trigger);

impl Recount {
    pub(crate) fn provide() {
        provide_context(Self(Trigger::new()));
    }

    pub(super) fn now() {
        if let Some(Self(trigger)) = use_context() {
            trigger.notify();
        }
    }
}

/// Shows the number, if it is not zero. Only with scripts; without them the page itself shows what waits.
#[component]
pub(crate) fn ReviewBadge() -> impl IntoView {
    let count = RwSignal::new(0_u64);
    let look = move || {
        leptos::task::spawn_local(async move {
            if let Ok(found) = count_for_review().await {
                count.set(found);
            }
        });
    };
    let recount = use_context::<Recount>();
    Effect::new(move |_| {
        if let Some(Recount(trigger)) = recount {
            trigger.track();
        }
        look();
    });
    Effect::new(move |_| {
        let every = std::time::Duration::from_secs(EVERY_S);
        if let Ok(handle) = set_interval_with_handle(look, every) {
            on_cleanup(move || handle.clear());
        }
    });
    move || {
        let count = count.get();
        (count > 0).then(|| view! { <b class="badge">{crate::ui::badge(count)}</b> })
    }
}
