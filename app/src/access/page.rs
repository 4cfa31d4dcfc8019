//! `/access`: the access tokens of the API.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::{Person, Scope};

use super::calls::{Access, CreateAccessToken, RevokeAccessToken, TokenRow, read_access};
use crate::ui::{
    Card, Check, Checks, ConfirmForm, Copyable, FormAction, Fresh, Notice, SettingsPage, SubmitRow,
    Zone, each, is_alive,
};

/// The page of access tokens.
#[component]
pub(crate) fn AccessPage() -> impl IntoView {
    let create = FormAction::<CreateAccessToken>::new();
    let revoke = FormAction::<RevokeAccessToken>::new();
    let shown = Fresh::new(move || create.version() + revoke.version(), |_| read_access());
    // The token is shown only once, in the answer. Without scripts it would be lost.
    let is_ready = is_alive();
    view! {
        <SettingsPage
            title="API"
            lead=view! {
                "Connect your own apps: identify visitors, read and send messages, and manage conversations. See the "
                <a href="/api/docs" rel="external" target="_blank">
                    "API reference"
                </a>
                "."
            }
        >
            {shown.show(
                "Couldn’t load access tokens",
                move |access| {
                    view! {
                        <Tokens access revoke />
                        <NewToken access create is_ready />
                    }
                },
            )}
        </SettingsPage>
    }
}

#[component]
fn Tokens(access: Signal<Access>, revoke: FormAction<RevokeAccessToken>) -> impl IntoView {
    let is_empty = move || access.with(|access| access.tokens.is_empty());
    let tokens = move || access.with(|access| access.tokens.clone());
    let row = move |token| view! { <Token token revoke /> };
    view! {
        <Card title="Access tokens">
            {move || is_empty().then(|| view! { <p>"No tokens yet. Create one per app so you can revoke it separately."</p> })}
            <ul class="plain token-list">
                {each(tokens, |token: &TokenRow| token.id, row)}
            </ul>
            <Notice text=revoke.refused(|_| true) />
        </Card>
    }
}

#[component]
fn Token(token: TokenRow, revoke: FormAction<RevokeAccessToken>) -> impl IntoView {
    let zone = Zone::get();
    let TokenRow { id, name, scopes, agent, created_at_ms, last_used_at_ms } = token;
    let used = move || match last_used_at_ms {
        Some(at_ms) => format!("last used {}", zone.date_and_time(at_ms)),
        None => "never used".to_owned(),
    };
    let title = format!("Revoke access token {name}");
    let question = format!("Revoke the access token “{name}”?");
    view! {
        <li>
            <div class="grow">
                <b>{name}</b>
                <small>
                    "Acts as " {agent.name} ", created "
                    {move || zone.date_and_time(created_at_ms)} ", " {used}
                </small>
                <span class="scopes">
                    {scopes
                        .into_iter()
                        .map(|scope| view! { <code class="mark">{scope.as_str()}</code> })
                        .collect_view()}
                </span>
            </div>
            <ConfirmForm
                action=revoke
                fields=vec![("id", id.to_string())]
                class="button"
                label=title
                question
                consequence="Apps that use it stop working at once. This can’t be undone."
                confirm="Revoke"
            >
                "Revoke…"
            </ConfirmForm>
        </li>
    }
}

#[component]
fn NewToken(
    access: Signal<Access>,
    create: FormAction<CreateAccessToken>,
    is_ready: ReadSignal<bool>,
) -> impl IntoView {
    let made = move || create.made(|_| true);
    let agents = move || access.with(|access| access.agents.clone());
    let choice = |agent: Person| view! { <option value=agent.id.to_string()>{agent.name}</option> };
    view! {
        <Card title="Create an access token">
            {move || {
                made()
                    .map(|token| {
                        view! {
                            <div class="made" role="status">
                                <p>
                                    "Copy your token now. Only a hash is stored, so it can’t be shown again."
                                </p>
                                <Copyable text=token />
                            </div>
                        }
                    })
            }}
            <ActionForm action=create.action attr:class="form">
                <label>
                    "Name" <input name="name" required maxlength="80" autocomplete="off" />
                    <small>"The app that will use this token."</small>
                </label>
                <label>
                    "Acts as"
                    <select name="agent">{each(agents, |agent| agent.id, choice)}</select>
                    <small>"The app sees what this agent sees and sends messages as them."</small>
                </label>
                <Checks legend="Scopes" class="checks column">
                    {Scope::ALL
                        .iter()
                        .map(|scope| {
                            view! {
                                <Check name="scopes[]" value=scope.as_str() checked=false>
                                    {meaning(*scope)}
                                    <code class="mark">{scope.as_str()}</code>
                                </Check>
                            }
                        })
                        .collect_view()}
                </Checks>
                <SubmitRow
                    saving=create.saving(|_| true)
                    title="Create token"
                    class="button primary"
                    disabled=Signal::derive(move || !is_ready.get())
                />
            </ActionForm>
        </Card>
    }
}

const fn meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::VisitorsRead => "View visitor profiles",
        Scope::VisitorsWrite => "Identify visitors",
        Scope::ConversationsRead => "List conversations",
        Scope::ConversationsWrite => "Start, assign, resolve, archive, and label conversations",
        Scope::MessagesRead => "Read messages and notes",
        Scope::MessagesWrite => "Send messages and notes, and mark them as read",
        Scope::TeamRead => "View agents, teams, labels, and inboxes",
        Scope::PeopleManage => "Export and erase personal data (owners and admins only)",
    }
}
