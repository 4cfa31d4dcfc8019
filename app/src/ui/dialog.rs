//! Windows above the page. They are popovers: they open without scripts, close with Escape and a click beside them,
//! and give the focus back.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use leptos::server_fn::{Http, ServerFn};

use super::form_function::FormFunction;
use super::{ButtonForm, FormAction};

/// A window. Buttons with `popovertarget=id` open it.
#[component]
pub(crate) fn Dialog(
    /// Its id, unique on the page.
    id: String,
    /// Its name, for those who do not see it.
    label: String,
    /// Its class.
    #[prop(default = "dialog")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    // Sending a form in it closes it. The page shows what came of that.
    let close = move |_| {
        if let Some(node) = node.get_untracked() {
            // It fails if the window is closed already.
            let _closed = node.hide_popover();
        }
    };
    view! {
        <div
            class=class
            id=id
            popover="auto"
            role="dialog"
            aria-label=label
            node_ref=node
            on:submit=close
        >
            {children()}
        </div>
    }
}

/// A button that asks a question before it calls a server function. It also works without scripts.
#[component]
pub(crate) fn ConfirmForm<S, O>(
    action: FormAction<S>,
    /// The function's arguments.
    #[prop(optional)]
    fields: Vec<(&'static str, String)>,
    /// The button's classes.
    #[prop(default = "button small")]
    class: &'static str,
    /// The button's name, if its content does not say enough.
    #[prop(optional, into)]
    label: Option<String>,
    /// What is asked.
    #[prop(into)]
    question: String,
    /// What then happens.
    #[prop(into)]
    consequence: String,
    /// The text of the button that confirms.
    confirm: &'static str,
    children: Children,
) -> impl IntoView
where
    S: FormFunction<O> + ServerFn<Protocol = Http<PostUrl, O>>,
    O: 'static,
{
    let function = S::PATH.rsplit('/').next().unwrap_or_default();
    let id =
        fields.iter().fold(format!("confirm-{function}"), |id, (_, value)| format!("{id}-{value}"));
    view! {
        <button type="button" class=class popovertarget=id.clone() title=label.clone() aria-label=label>
            {children()}
        </button>
        <Dialog id=id.clone() label=question.clone()>
            <h2>{question}</h2>
            <p>{consequence}</p>
            <div class="form-end">
                // The focus starts on the button that changes nothing.
                <button
                    type="button"
                    class="button"
                    popovertarget=id
                    popovertargetaction="hide"
                    autofocus
                >
                    "Cancel"
                </button>
                <ButtonForm action fields class="button danger">
                    {confirm}
                </ButtonForm>
            </div>
        </Dialog>
    }
}
