//! The list of conversations: one view, optionally filtered, loaded page by page.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use protocol::{Author, ConversationId, Conversations, InboxId, LabelId, Summary, UnixMillis};

use super::calls::{Choices, list_choices, list_conversations};
use super::draft::Drafts;
use super::looked_for::LookedFor;
use super::search::{FoundList, SearchBox};
use super::view::{View, Wanted};
use crate::browser::now_ms;
use crate::live::{Live, Store};
use crate::shell::initials;
use crate::ui::{Clock, Icon, LabelDot, Select, Waiting, options, state_page, tabs, value_of};

/// The path of the list without an open conversation.
const LIST: &str = "/conversations";

/// The filter choices, for the pages beside the list.
#[derive(Clone, Copy)]
pub(super) struct ChoicesHere(pub(super) Signal<Choices>);

/// The list beside the open conversation.
#[component]
pub(crate) fn ConversationsPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.with(|query| Wanted::from_query(|name| query.get(name))));
    let read = Resource::new(|| (), |()| list_choices());
    // Until they are read there is nothing to choose.
    let choices = RwSignal::new(Choices::default());
    provide_context(ChoicesHere(choices.into()));
    // After hydration: what the server rendered was without them.
    Effect::new(move |_| {
        if let Some(Ok(read)) = read.get() {
            choices.set(read);
        }
    });
    let drafts = Drafts::get();
    Effect::new(move |_| drafts.restore());
    let looked_for =
        Memo::new(move |_| query.with(|query| LookedFor::from_query(|name| query.get(name))));
    let is_search = move || looked_for.with(|looked_for| !looked_for.text.is_empty());
    let title = move || if is_search() { "Search" } else { wanted.get().view.title() };
    let path = use_location().pathname;
    // On a phone only the list or the conversation is shown. CSS uses this class to decide.
    let class = move || if path.with(|path| path == LIST) { "inbox" } else { "inbox reading" };
    view! {
        <Title text="Conversations" />
        <div class=class>
            <aside class="list" aria-label="Conversations">
                <header class="bar">
                    <h1>{title}</h1>
                    <Suspense>
                        {move || Suspend::new(async move {
                            let read = read.await.unwrap_or_default();
                            view! {
                                <Show when=move || !is_search()>
                                    <Narrow wanted choices=read.clone() />
                                </Show>
                            }
                        })}
                    </Suspense>
                </header>
                <SearchBox looked_for choices=choices.into() />
                <Show when=is_search>
                    <FoundList looked_for />
                </Show>
                <Show when=move || !is_search()>
                    <Views wanted />
                    <For each=move || [wanted.get()] key=|wanted| *wanted let(wanted)>
                        <Listed wanted />
                    </For>
                </Show>
            </aside>
            <Outlet />
        </div>
    }
}

/// Shown beside the list while no conversation is open.
#[component]
pub(crate) fn NothingOpen() -> impl IntoView {
    view! {
        <main class="pane nothing">
            {state_page("No conversation selected", "Choose one from the list. New messages appear automatically.")}
        </main>
    }
}

#[component]
fn Views(wanted: Memo<Wanted>) -> impl IntoView {
    let href = move |view| format!("{LIST}{}", Wanted { view, ..wanted.get() }.to_query());
    tabs("Views", move || wanted.get().view, View::ALL.map(|view| (view, view.title())), href)
}

/// Filters the list by an inbox or a label.
#[component]
fn Narrow(wanted: Memo<Wanted>, choices: Choices) -> impl IntoView {
    let navigate = use_navigate();
    let go = move |wanted: Wanted| {
        navigate(&format!("{LIST}{}", wanted.to_query()), Default::default());
    };
    let go_label = go.clone();
    let Choices { inboxes, labels } = choices;
    let inbox = move |event| {
        let inbox = InboxId::parse(&event_target_value(&event));
        go(Wanted { inbox, ..wanted.get_untracked() });
    };
    let label = move |event| {
        let label = LabelId::parse(&event_target_value(&event));
        go_label(Wanted { label, ..wanted.get_untracked() });
    };
    let inboxes = (inboxes.len() > 1)
        .then(|| options("All inboxes", inboxes.into_iter().map(|inbox| (inbox.id, inbox.name))));
    let labels = (!labels.is_empty())
        .then(|| options("All labels", labels.into_iter().map(|label| (label.id, label.name))));
    let chosen_inbox = Signal::derive(move || value_of(wanted.get().inbox));
    let chosen_label = Signal::derive(move || value_of(wanted.get().label));
    view! {
        <span class="narrow">
            {inboxes
                .map(|options| {
                    view! { <Select label="Inbox" chosen=chosen_inbox options on:change=inbox /> }
                })}
            {labels
                .map(|options| {
                    view! { <Select label="Label" chosen=chosen_label options on:change=label /> }
                })}
        </span>
    }
}

/// The list that the URL asks for. Conversations in the store are shown at once.
#[component]
fn Listed(wanted: Wanted) -> impl IntoView {
    let live = Live::get();
    let listed = Resource::new(
        || (),
        move |()| list_conversations(wanted.view, wanted.inbox, wanted.label, None),
    );
    let known = move || {
        if live.with(|store| matching(store, wanted).is_empty()) {
            view! { <Waiting /> }.into_any()
        } else {
            view! { <List now_ms=now_ms() more=None wanted /> }.into_any()
        }
    };
    view! {
        <Suspense fallback=known>
            {move || Suspend::new(async move {
                match listed.await {
                    Ok(listed) => {
                        let now_ms = listed.now_ms;
                        let more = More::seed(live, listed.page);
                        view! { <List now_ms more wanted /> }.into_any()
                    }
                    Err(failure) => {
                        state_page("Couldn’t load conversations", failure.to_string()).into_any()
                    }
                }
            })}
        </Suspense>
    }
}

/// Returns the conversations in the store that match, most recent first.
fn matching(store: &Store, wanted: Wanted) -> Vec<ConversationId> {
    store.me().map(|me| store.matching(&wanted.filter(me))).unwrap_or_default()
}

/// Where the list continues after the pages read so far.
#[derive(Clone, PartialEq)]
struct More {
    after: String,
    /// The last conversation read.
    last: Option<ConversationId>,
}

impl More {
    /// Puts a page into the store and returns where the list continues.
    fn seed(live: Live, page: Conversations) -> Option<Self> {
        let last = page.conversations.last().map(|one| one.id);
        live.update(|store| {
            store.seed_list(page.conversations);
            Vec::new()
        });
        page.next.map(|after| Self { after, last })
    }

    /// Whether the store already has conversations after the last one read. The socket may bring more than a page
    /// holds.
    fn is_known(&self, ids: &[ConversationId]) -> bool {
        ids.iter().skip_while(|id| Some(**id) != self.last).nth(1).is_some()
    }
}

#[component]
fn List(now_ms: UnixMillis, more: Option<More>, wanted: Wanted) -> impl IntoView {
    let live = Live::get();
    let next = RwSignal::new(more);
    let ids = Memo::new(move |_| live.with(|store| matching(store, wanted)));
    let more = Action::new(move |after: &String| {
        let after = after.clone();
        async move {
            let listed = list_conversations(wanted.view, wanted.inbox, wanted.label, Some(after));
            if let Ok(listed) = listed.await {
                next.set(More::seed(live, listed.page));
            }
        }
    });
    Effect::new(move |_| {
        if let Some(next) = next.get()
            && ids.with(|ids| next.is_known(ids))
        {
            more.dispatch(next.after);
        }
    });
    view! {
        <Show when=move || ids.with(|ids| !ids.is_empty()) fallback=move || view! { <Nothing wanted /> }>
            <div class="rows-scroll">
                <ul class="rows">
                    <For each=move || ids.get() key=|id| *id let(id)>
                        <Row id now_ms wanted />
                    </For>
                </ul>
                {move || {
                    next.get()
                        .map(|next| {
                            view! {
                                <button
                                    class="button quiet more"
                                    disabled=move || more.pending().get()
                                    on:click=move |_| {
                                        more.dispatch(next.after.clone());
                                    }
                                >
                                    {move || if more.pending().get() { "Loading…" } else { "Show more" }}
                                </button>
                            }
                        })
                }}
            </div>
        </Show>
    }
}

#[component]
fn Nothing(wanted: Wanted) -> impl IntoView {
    let live = Live::get();
    let nobody_yet = move || wanted == Wanted::default() && live.with(Store::is_empty);
    view! {
        <div class="state">
            <Show
                when=nobody_yet
                fallback=move || view! { <p>{wanted.view.empty()}</p> }
            >
                <h2>"All caught up"</h2>
                <p>
                    "Add the chat to your site under " <A href="/inboxes">"Inboxes"</A>
                    ", or try it on the "
                    <a href="/demo" target="_blank" rel="external">"demo site"</a> "."
                </p>
            </Show>
        </div>
    }
}

#[component]
fn Row(id: ConversationId, now_ms: UnixMillis, wanted: Wanted) -> impl IntoView {
    let summary = Live::get().summary(id);
    move || summary.get().map(|summary| view! { <RowOf summary now_ms wanted /> })
}

#[component]
fn RowOf(summary: Summary, now_ms: UnixMillis, wanted: Wanted) -> impl IntoView {
    let (live, drafts) = (Live::get(), Drafts::get());
    let id = summary.id;
    let unread = summary.unread();
    let class = if unread > 0 { "row unread" } else { "row" };
    let who = match &summary.last_author {
        author if live.is_me(author) => "You: ".to_owned(),
        Author::Agent { name, .. } => format!("{name}: "),
        Author::Visitor {} | Author::System {} => String::new(),
    };
    let href = format!("{LIST}/{}{}", summary.id, wanted.to_query());
    let labels = summary.labels.clone();
    view! {
        <li>
            <A href=href attr:class=class>
                <span class="row-top">
                    <span class="row-name">{summary.visitor_name}</span>
                    <span class="row-time">
                        <Clock at_ms=summary.last_at_ms day=true now_ms />
                    </span>
                </span>
                <span class="row-bottom">
                    <span class="row-text">
                        <Show when=move || drafts.has(id)>
                            <span class="row-draft">"Draft "</span>
                        </Show>
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
                <span class="row-marks">
                    {summary
                        .assignee
                        .map(|person| {
                            let title = format!("Assigned to {}", person.name);
                            view! {
                                <span class="mark" title=title>
                                    <Icon icon=lu::LuUser />
                                    {initials(&person.name)}
                                </span>
                            }
                        })}
                    {summary
                        .queued_at_ms
                        .map(|_| view! { <span class="mark">"In queue"</span> })}
                    {summary
                        .snoozed_until_ms
                        .map(|_| {
                            view! {
                                <span class="mark" title="Snoozed">
                                    <Icon icon=lu::LuAlarmClock />
                                </span>
                            }
                        })}
                    {labels
                        .into_iter()
                        .map(|label| {
                            view! {
                                <span class="mark">
                                    <LabelDot color=label.color />
                                    {label.name}
                                </span>
                            }
                        })
                        .collect_view()}
                </span>
            </A>
        </li>
    }
}
