//! What is done by forms: one action for all forms of a kind on a page, and how it went for each of them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Notice;
use crate::failure::Failure;

/// A server action, and what was asked of it last. To be made once for a page.
pub(crate) struct Deed<S: Send + Sync + 'static>
where
    S: ServerFn,
    S::Output: Send + Sync,
{
    pub(crate) action: ServerAction<S>,
    /// The action itself forgets it when it is done.
    asked: RwSignal<Option<S>>,
}

impl<S: Send + Sync + 'static> Clone for Deed<S>
where
    S: ServerFn,
    S::Output: Send + Sync,
{
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Send + Sync + 'static> Copy for Deed<S>
where
    S: ServerFn,
    S::Output: Send + Sync,
{
}

impl<S> Deed<S>
where
    S: ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        let action = ServerAction::<S>::new();
        let asked = RwSignal::new(None);
        Effect::new(move |_| {
            if let Some(input) = action.input().get() {
                asked.set(Some(input));
            }
        });
        Self { action, asked }
    }

    /// Changes with everything that is done. Tracked.
    pub(crate) fn version(self) -> usize {
        self.action.version().get()
    }

    /// What came of it, for the form that asked for it last: that of which `is_mine` holds. Without scripts
    /// it is not known which one did, and all of them say so.
    fn answer(self, is_mine: impl Fn(&S) -> bool) -> Option<Result<S::Output, Failure>> {
        let value = self.action.value().get();
        value.filter(|_| self.asked.with(|asked| asked.as_ref().is_none_or(is_mine)))
    }

    /// What was made for the form of which `is_mine` holds. Tracked.
    pub(crate) fn made(self, is_mine: impl Fn(&S) -> bool) -> Option<S::Output> {
        self.answer(is_mine).and_then(Result::ok)
    }

    /// How often it was done for the form of which `is_mine` holds: what adds something begins anew then.
    pub(crate) fn times_done(
        self,
        is_mine: impl Fn(&S) -> bool + Copy + Send + Sync + 'static,
    ) -> RwSignal<usize> {
        let times = RwSignal::new(0);
        Effect::new(move |before: Option<usize>| {
            let version = self.version();
            let is_done = before.is_some_and(|before| before != version)
                && untrack(|| self.made(is_mine).is_some());
            if is_done {
                times.update(|times| *times += 1);
            }
            version
        });
        times
    }

    /// What was refused of the form of which `is_mine` holds.
    pub(crate) fn refused(
        self,
        is_mine: impl Fn(&S) -> bool + Copy + Send + Sync + 'static,
    ) -> ArcSignal<Option<String>> {
        ArcSignal::derive(move || {
            self.answer(is_mine).and_then(Result::err).map(|failure| failure.to_string())
        })
    }

    /// How the last save went of the form of which `is_mine` holds.
    pub(crate) fn saving(
        self,
        is_mine: impl Fn(&S) -> bool + Copy + Send + Sync + 'static,
    ) -> Saving {
        Saving {
            refused: self.refused(is_mine),
            is_saved: ArcSignal::derive(move || self.made(is_mine).is_some()),
            is_pending: ArcSignal::derive(move || {
                self.action.pending().get()
                    && self.asked.with(|asked| asked.as_ref().is_some_and(is_mine))
            }),
        }
    }
}

/// How the last save of one form went.
#[derive(Clone)]
pub(crate) struct Saving {
    refused: ArcSignal<Option<String>>,
    is_saved: ArcSignal<bool>,
    is_pending: ArcSignal<bool>,
}

/// What was refused, the button, and that it is saved.
#[component]
pub(crate) fn SaveRow(saving: Saving, can_change: bool) -> impl IntoView {
    let Saving { refused, is_saved, is_pending } = saving;
    view! {
        <Notice text=refused />
        <div class="form-end">
            <button
                class="button primary"
                type="submit"
                disabled=move || !can_change || is_pending.get()
            >
                "Save"
            </button>
            <span class="saved" role="status">
                {move || is_saved.get().then_some("Saved")}
            </span>
            {(!can_change).then_some("Only the owner can change this.")}
        </div>
    }
}
