//! Cards: the sections of a page.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use leptos::server_fn::{Http, ServerFn};

use super::Notice;
use super::form_function::FormFunction;

/// A section of a settings page.
#[component]
pub(crate) fn Card(
    /// Its title.
    #[prop(optional)]
    title: Option<&'static str>,
    /// What it is for.
    #[prop(optional)]
    lead: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card stack">
            {title.map(|title| view! { <h2>{title}</h2> })}
            {lead.map(|lead| view! { <p class="soft">{lead}</p> })}
            {children()}
        </section>
    }
}

/// A page that is one form: logging in, and what precedes it.
#[component]
pub(crate) fn FormCard<S, O>(
    action: ServerAction<S>,
    /// Its title.
    #[prop(into)]
    title: String,
    /// What it is for.
    #[prop(optional)]
    lead: Option<&'static str>,
    /// Why the last attempt was refused.
    refused: ArcSignal<Option<String>>,
    children: Children,
) -> impl IntoView
where
    S: FormFunction<O> + ServerFn<Protocol = Http<PostUrl, O>>,
    O: 'static,
{
    view! {
        <ActionForm action attr:class="card form">
            <h1>{title}</h1>
            {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            <Notice text=refused />
            {children()}
        </ActionForm>
    }
}
