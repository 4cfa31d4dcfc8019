//! Form actions: one for all forms of a kind on a page, with the outcome for each form.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Notice;
use crate::failure::Failure;

/// A server action and the input of its last call. To be created once per page.
pub(crate) struct FormAction<S: Send + Sync + 'static>
where
    S: ServerFn,
    S::Output: Send + Sync,
{
    pub(crate) action: ServerAction<S>,
    /// The action itself drops its input when it finishes.
    asked: RwSignal<Option<S>>,
}

impl<S: Send + Sync + 'static> Clone for FormAction<S>
where
    S: ServerFn,
    S::Output: Send + Sync,
{
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Send + Sync + 'static> Copy for FormAction<S>
where
    S: ServerFn,
    S::Output: Send + Sync,
{
}

impl<S> FormAction<S>
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

    /// Changes whenever the action finishes. Tracked.
    pub(crate) fn version(self) -> usize {
        self.action.version().get()
    }

    /// Returns the outcome, if the form that `is_mine` selects made the last call. Without scripts it is not known
    /// which form did, and all of them show it.
    fn answer(self, is_mine: impl Fn(&S) -> bool) -> Option<Result<S::Output, Failure>> {
        let value = self.action.value().get();
        value.filter(|_| self.asked.with(|asked| asked.as_ref().is_none_or(is_mine)))
    }

    /// Returns the output, if the form that `is_mine` selects made the last call and it succeeded. Tracked.
    pub(crate) fn made(self, is_mine: impl Fn(&S) -> bool) -> Option<S::Output> {
        self.answer(is_mine).and_then(Result::ok)
    }

    /// Counts the successful calls of the form that `is_mine` selects. A form that adds something uses this to
    /// start empty again.
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

    /// Returns why the last call of the form that `is_mine` selects was refused.
    pub(crate) fn refused(
        self,
        is_mine: impl Fn(&S) -> bool + Copy + Send + Sync + 'static,
    ) -> ArcSignal<Option<String>> {
        ArcSignal::derive(move || {
            self.answer(is_mine).and_then(Result::err).map(|failure| failure.to_string())
        })
    }

    /// Returns the state of the last save of the form that `is_mine` selects.
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

/// The state of a form's last save.
#[derive(Clone)]
pub(crate) struct Saving {
    refused: ArcSignal<Option<String>>,
    is_saved: ArcSignal<bool>,
    is_pending: ArcSignal<bool>,
}

/// The refusal, the button, and whether the form was saved.
#[component]
pub(crate) fn SaveRow(saving: Saving, can_change: bool) -> impl IntoView {
    view! {
        <SubmitRow
            saving
            title="Save"
            class="button primary"
            disabled=!can_change
            done="Saved"
            note=(!can_change).then_some("Only owners and admins can change this.")
        />
    }
}

/// The end of a form: the refusal and the button.
#[component]
pub(crate) fn SubmitRow(
    saving: Saving,
    /// The button's text.
    title: &'static str,
    /// The button's classes.
    #[prop(default = "button")]
    class: &'static str,
    /// Whether the form can't be sent now. It can't be while it is being sent.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What is said beside the button once it was done.
    #[prop(default = None, into)]
    done: Option<&'static str>,
    /// What else is said beside the button.
    #[prop(default = None)]
    note: Option<&'static str>,
) -> impl IntoView {
    let Saving { refused, is_saved, is_pending } = saving;
    let said = done.map(|done| {
        view! {
            <span class="saved" role="status">
                {move || is_saved.get().then_some(done)}
            </span>
        }
    });
    view! {
        <Notice text=refused />
        <div class="form-end">
            <button
                class=class
                type="submit"
                disabled=move || disabled.get() || is_pending.get()
            >
                {title}
            </button>
            {said}
            {note}
        </div>
    }
}
