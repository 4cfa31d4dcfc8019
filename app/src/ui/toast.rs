//! A line at the bottom of the screen that says what just happened, with a button that undoes it.

use std::sync::Arc;
use std::time::Duration;

use icondata_lu as lu;
use leptos::prelude::*;

use super::Icon;

/// How long a toast stays. What it offers can also be done elsewhere, so that nobody has to hurry.
const SHOWN_FOR: Duration = Duration::from_secs(8);

#[derive(Clone)]
struct Toast {
    text: &'static str,
    undo: Arc<dyn Fn() + Send + Sync>,
}

/// The toasts of the page. Only the last one is shown.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Option<Toast>>,
    /// Whether the pointer or the focus is on the toast. It stays meanwhile.
    is_held: RwSignal<bool>,
    /// Changes with each timer, so that an earlier one does nothing.
    timer: StoredValue<u32>,
}

impl Toasts {
    /// Provides the toasts as a context for all pages.
    pub(crate) fn provide() {
        provide_context(Self {
            shown: RwSignal::new(None),
            is_held: RwSignal::new(false),
            timer: StoredValue::new(0),
        });
    }

    pub(crate) fn get() -> Self {
        expect_context()
    }

    /// Says what happened. `undo` runs if the agent presses "Undo".
    pub(crate) fn show(self, text: &'static str, undo: impl Fn() + Send + Sync + 'static) {
        self.is_held.set(false);
        self.shown.set(Some(Toast { text, undo: Arc::new(undo) }));
        self.hide_later();
    }

    fn hide(self) {
        self.shown.set(None);
    }

    fn hide_later(self) {
        self.timer.update_value(|timer| *timer = timer.wrapping_add(1));
        let mine = self.timer.get_value();
        let over = move || {
            if self.timer.get_value() == mine && !self.is_held.get_untracked() {
                self.hide();
            }
        };
        set_timeout(over, SHOWN_FOR);
    }

    fn hold(self) {
        self.is_held.set(true);
    }

    fn release(self) {
        self.is_held.set(false);
        self.hide_later();
    }
}

/// Where toasts are shown.
#[component]
pub(crate) fn Toaster() -> impl IntoView {
    let toasts = Toasts::get();
    let shown = move |Toast { text, undo }| {
        let undo = move |_| {
            toasts.hide();
            undo();
        };
        view! {
            <div
                class="toast"
                on:pointerenter=move |_| toasts.hold()
                on:pointerleave=move |_| toasts.release()
                on:focusin=move |_| toasts.hold()
                on:focusout=move |_| toasts.release()
            >
                <span>{text}</span>
                <button type="button" on:click=undo>
                    "Undo"
                </button>
                <button
                    type="button"
                    class="toast-close"
                    title="Dismiss"
                    aria-label="Dismiss"
                    on:click=move |_| toasts.hide()
                >
                    <Icon icon=lu::LuX />
                </button>
            </div>
        }
    };
    // The element is there from the start, so that screen readers announce what appears in it.
    view! {
        <div class="toasts" role="status">
            {move || toasts.shown.get().map(shown)}
        </div>
    }
}
