//! A form that is one button.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use leptos::server_fn::{Http, ServerFn};

use super::FormAction;
use super::form_function::FormFunction;

/// A button that calls a server function. It also works without scripts.
#[component]
pub(crate) fn ButtonForm<S, O>(
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
    children: Children,
) -> impl IntoView
where
    S: FormFunction<O> + ServerFn<Protocol = Http<PostUrl, O>>,
    O: 'static,
{
    let hidden = |(name, value): (&'static str, String)| view! { <input type="hidden" name=name value=value /> };
    view! {
        <ActionForm action=action.action>
            {fields.into_iter().map(hidden).collect_view()}
            <button class=class type="submit" title=label.clone() aria-label=label>
                {children()}
            </button>
        </ActionForm>
    }
}
