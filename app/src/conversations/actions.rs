//! What an agent can do with the open conversation.

use icondata_lu as lu;
use leptos::prelude::*;
use protocol::{AgentId, Change, ConversationId, Presence, Status, Summary, UnixMillis};

use super::calls::{BlockVisitor, Choices};
use crate::account::refusal;
use crate::browser::now_ms;
use crate::live::Live;
use crate::ui::{Icon, Menu, Notice, Zone, presence_class};

/// The buttons at the top of a conversation.
#[component]
pub(super) fn Actions(
    id: ConversationId,
    summary: Memo<Option<Summary>>,
    choices: Signal<Choices>,
) -> impl IntoView {
    let live = Live::get();
    let look = move |pick: fn(&Summary) -> bool| {
        Memo::new(move |_| summary.with(|summary| summary.as_ref().is_some_and(pick)))
    };
    let is_resolved = look(|summary| summary.status == Status::Resolved);
    let is_free = look(|summary| summary.assignee.is_none());
    let is_archived = look(|summary| summary.archived);
    let is_spam = look(|summary| summary.spam == Some(true));
    let is_snoozed = look(|summary| summary.snoozed_until_ms.is_some());
    let act = move |change: Change| live.change(id, change);
    let block = ServerAction::<BlockVisitor>::new();
    let mark_and_block = move || {
        act(Change::Spam {});
        block.dispatch(BlockVisitor { id, network: false });
    };
    let resolve = move || {
        let seen = live.with(|store| store.open(id).map(|open| open.thread.replica.last_seq()));
        act(Change::Resolve { seen });
    };
    view! {
        <div class="actions" role="toolbar" aria-label="Conversation actions">
            <Show when=move || is_free.get() && !is_resolved.get()>
                <button class="button small" on:click=move |_| act(Change::Claim {})>
                    <Icon icon=lu::LuHand />
                    "Assign to me"
                </button>
            </Show>
            <AssignMenu id summary />
            <Show
                when=move || is_resolved.get()
                fallback=move || {
                    view! {
                        <button class="button small primary" on:click=move |_| resolve()>
                            <Icon icon=lu::LuCheck />
                            "Resolve"
                        </button>
                    }
                }
            >
                <button class="button small" on:click=move |_| act(Change::Reopen {})>
                    <Icon icon=lu::LuRotateCcw />
                    "Reopen"
                </button>
            </Show>
            <Menu label="Snooze" icon=lu::LuAlarmClock>
                <SnoozeItems id />
                <Show when=move || is_snoozed.get()>
                    <li>
                        <button on:click=move |_| act(Change::Wake {})>"Unsnooze"</button>
                    </li>
                </Show>
            </Menu>
            <Menu label="Labels" icon=lu::LuTag>
                <LabelItems id summary choices />
            </Menu>
            <Menu label="Spam" icon=lu::LuShieldAlert>
                <Show
                    when=move || is_spam.get()
                    fallback=move || {
                        view! {
                            <li>
                                <button on:click=move |_| act(Change::Spam {})>"Mark as spam"</button>
                            </li>
                            <li>
                                <button on:click=move |_| mark_and_block()>"Mark as spam and block visitor"</button>
                            </li>
                        }
                    }
                >
                    <li>
                        <button on:click=move |_| act(Change::NotSpam {})>"Not spam"</button>
                    </li>
                </Show>
            </Menu>
            <Notice text=refusal(block) />
            <Show
                when=move || is_archived.get()
                fallback=move || {
                    view! {
                        <button
                            class="icon-button"
                            title="Archive"
                            aria-label="Archive"
                            on:click=move |_| act(Change::Archive {})
                        >
                            <Icon icon=lu::LuArchive />
                        </button>
                    }
                }
            >
                <button
                    class="icon-button"
                    title="Unarchive"
                    aria-label="Unarchive"
                    on:click=move |_| act(Change::Unarchive {})
                >
                    <Icon icon=lu::LuArchiveRestore />
                </button>
            </Show>
        </div>
    }
}

#[component]
fn AssignMenu(id: ConversationId, summary: Memo<Option<Summary>>) -> impl IntoView {
    let live = Live::get();
    let assignee = Memo::new(move |_| {
        summary.with(|summary| summary.as_ref().and_then(|one| one.assignee.clone()))
    });
    let team = Memo::new(move |_| live.with(|store| store.team().to_vec()));
    let me = move || live.with(|store| store.me());
    let title = Signal::derive(move || {
        assignee.get().map_or_else(|| "Unassigned".to_owned(), |person| person.name)
    });
    let assign = move |agent: Option<AgentId>| live.change(id, Change::Assign { agent });
    view! {
        <Menu label="Assignee" icon=lu::LuUser title>
            <For
                each=move || team.get()
                key=|mate| (mate.id, mate.presence, mate.name.clone())
                let(mate)
            >
                {
                    let name = if Some(mate.id) == me() { format!("{} (you)", mate.name) } else { mate.name };
                    let is_set = move || assignee.get().is_some_and(|person| person.id == mate.id);
                    view! {
                        <li>
                            <button
                                aria-pressed=move || is_set().to_string()
                                on:click=move |_| assign(Some(mate.id))
                            >
                                <i class=presence_class(mate.presence) title=presence_word(mate.presence)></i>
                                {name}
                            </button>
                        </li>
                    }
                }
            </For>
            <Show when=move || assignee.get().is_some()>
                <li>
                    <button on:click=move |_| assign(None)>"Unassign"</button>
                </li>
            </Show>
        </Menu>
    }
}

fn presence_word(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => "Online",
        Presence::Away => "Away",
        Presence::Offline => "Offline",
    }
}

#[component]
fn SnoozeItems(id: ConversationId) -> impl IntoView {
    let live = Live::get();
    let zone = Zone::get();
    let until = move |until_ms: UnixMillis| live.change(id, Change::Snooze { until_ms });
    const HOUR_MS: u64 = 60 * 60_000;
    view! {
        <li>
            <button on:click=move |_| until(now_ms() + HOUR_MS)>"For 1 hour"</button>
        </li>
        <li>
            <button on:click=move |_| until(now_ms() + 3 * HOUR_MS)>"For 3 hours"</button>
        </li>
        <li>
            <button on:click=move |_| until(zone.next_morning(now_ms()))>"Until tomorrow at 9:00"</button>
        </li>
        <li>
            <button on:click=move |_| until(zone.next_monday(now_ms()))>"Until Monday at 9:00"</button>
        </li>
    }
}

#[component]
fn LabelItems(
    id: ConversationId,
    summary: Memo<Option<Summary>>,
    choices: Signal<Choices>,
) -> impl IntoView {
    let live = Live::get();
    let labels = Memo::new(move |_| choices.with(|choices| choices.labels.clone()));
    view! {
        <Show
            when=move || labels.with(|labels| !labels.is_empty())
            fallback=|| view! { <li class="menu-text">"Create labels under Team."</li> }
        >
            <For each=move || labels.get() key=|label| label.id let(label)>
                {
                    let of = label.id;
                    let is_on = Memo::new(move |_| {
                        summary
                            .with(|summary| {
                                let labels = summary.iter().flat_map(|one| &one.labels);
                                labels.into_iter().any(|label| label.id == of)
                            })
                    });
                    let toggle = move |_| {
                        let change = if is_on.get_untracked() {
                            Change::Unlabel { label: of }
                        } else {
                            Change::Label { label: of }
                        };
                        live.change(id, change);
                    };
                    view! {
                        <li>
                            <button aria-pressed=move || is_on.get().to_string() on:click=toggle>
                                <LabelDot color=label.color />
                                {label.name}
                            </button>
                        </li>
                    }
                }
            </For>
        </Show>
    }
}

/// A dot in the color of a label. Our content security policy forbids inline styles, but an SVG attribute is not a
/// style.
#[component]
pub(crate) fn LabelDot(color: String) -> impl IntoView {
    view! {
        <svg class="label-dot" viewBox="0 0 8 8" aria-hidden="true">
            <circle cx="4" cy="4" r="4" fill=color />
        </svg>
    }
}
