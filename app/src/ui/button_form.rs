//! A form that is one button.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::PostUrl;
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::{Http, ServerFn};
use serde::de::DeserializeOwned;

use super::FormAction;
use crate::failure::Failure;

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
    S: DeserializeOwned + ServerFn<Protocol = Http<PostUrl, O>, Error = Failure>,
    S: Clone + Send + Sync + 'static,
    S::Client: Client<Failure>,
    S::Output: Clone + Send + Sync + 'static,
    <<S::Client as Client<Failure>>::Request as ClientReq<Failure>>::FormData:
        From<leptos::web_sys::FormData>,
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
