//! The list of conversations.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::use_location;
use protocol::{Author, ConversationId, Summary};

use super::calls::list_conversations;
use crate::live::Live;
use crate::ui::{Clock, Waiting, state_page};

/// The address of the list alone.
const LIST: &str = "/conversations";

/// The list beside the open conversation.
#[component]
pub(crate) fn ConversationsPage() -> impl IntoView {
    let listed = Resource::new(|| (), |()| list_conversations());
    let live = Live::get();
    let path = use_location().pathname;
    // On a phone one of the two is shown; CSS decides by this.
    let class = move || if path.with(|path| path == LIST) { "inbox" } else { "inbox reading" };
    view! {
        <Title text="Conversations" />
        <div class=class>
            <aside class="list" aria-label="Conversations">
                <header class="bar">
                    <h1>"Conversations"</h1>
                </header>
                <Suspense fallback=Waiting>
                    {move || Suspend::new(async move {
                        match listed.await {
                            Ok(listed) => {
                                live.update(|store| {
                                    store.seed_list(listed.conversations);
                                    Vec::new()
                                });
                                view! { <List now_ms=listed.now_ms /> }.into_any()
                            }
                            Err(failure) => {
                                state_page("The list could not be read", failure.to_string())
                                    .into_any()
                            }
                        }
                    })}
                </Suspense>
            </aside>
            <Outlet />
        </div>
    }
}

/// What is beside the list while no conversation is open.
#[component]
pub(crate) fn NothingOpen() -> impl IntoView {
    view! {
        <section class="pane nothing">
            {state_page("No conversation open", "Choose one from the list. New messages appear by themselves.")}
        </section>
    }
}

#[component]
fn List(now_ms: u64) -> impl IntoView {
    let live = Live::get();
    let ids = Memo::new(move |_| {
        live.with(|store| store.conversations().iter().map(|one| one.id).collect::<Vec<_>>())
    });
    view! {
        <Show
            when=move || ids.with(|ids| !ids.is_empty())
            fallback=|| view! { <NobodyYet /> }
        >
            <ul class="rows">
                <For each=move || ids.get() key=|id| *id let(id)>
                    <Row id now_ms />
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn NobodyYet() -> impl IntoView {
    view! {
        <div class="state">
            <h2>"Nobody has written yet"</h2>
            <p>
                "Put the chat on your site from " <A href="/inboxes">"Inboxes"</A>
                ", or try it on the " <a href="/demo" target="_blank" rel="external">"demo site"</a> "."
            </p>
        </div>
    }
}

#[component]
fn Row(id: ConversationId, now_ms: u64) -> impl IntoView {
    let live = Live::get();
    let summary = Memo::new(move |_| live.with(|store| store.summary(id).cloned()));
    move || summary.get().map(|summary| view! { <RowOf summary now_ms /> })
}

#[component]
fn RowOf(summary: Summary, now_ms: u64) -> impl IntoView {
    let live = Live::get();
    let unread = summary.unread();
    let class = if unread > 0 { "row unread" } else { "row" };
    let who = match &summary.last_author {
        author if live.is_me(author) => "You: ".to_owned(),
        Author::Agent { name, .. } => format!("{name}: "),
        Author::Visitor {} => String::new(),
    };
    view! {
        <li>
            <A href=format!("/conversations/{}", summary.id) attr:class=class>
                <span class="row-top">
                    <span class="row-name">{summary.visitor_name}</span>
                    <span class="row-time">
                        <Clock at_ms=summary.last_at_ms day=true now_ms />
                    </span>
                </span>
                <span class="row-bottom">
                    <span class="row-text">
                        <span class="row-who">{who}</span>
                        {summary.preview}
                    </span>
                    {(unread > 0)
                        .then(|| {
                            let label = format!("{unread} unread");
                            let text = if unread > 9 { "9+".to_owned() } else { unread.to_string() };
                            view! {
                                <b class="badge" aria-label=label>
                                    {text}
                                </b>
                            }
                        })}
                </span>
            </A>
        </li>
    }
}
