//! The menus of the open conversation: assignee, snooze and labels.

use icondata_lu as lu;
use leptos::prelude::*;
use protocol::{AgentId, Change, ConversationId, Presence, Summary, UnixMillis};

use super::calls::Choices;
use crate::browser::now_ms;
use crate::live::Live;
use crate::ui::{LabelDot, Menu, Zone, presence_class};

/// Assigns the conversation to an agent.
#[component]
pub(super) fn AssignMenu(id: ConversationId, summary: Memo<Option<Summary>>) -> impl IntoView {
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

/// The times until which a conversation can be snoozed.
#[component]
pub(super) fn SnoozeItems(snooze: Callback<UnixMillis>) -> impl IntoView {
    let zone = Zone::get();
    const HOUR_MS: u64 = 60 * 60_000;
    view! {
        <li>
            <button on:click=move |_| snooze.run(now_ms() + HOUR_MS)>"For 1 hour"</button>
        </li>
        <li>
            <button on:click=move |_| snooze.run(now_ms() + 3 * HOUR_MS)>"For 3 hours"</button>
        </li>
        <li>
            <button on:click=move |_| {
                snooze.run(zone.next_morning(now_ms()));
            }>"Until tomorrow at 9:00"</button>
        </li>
        <li>
            <button on:click=move |_| {
                snooze.run(zone.next_monday(now_ms()));
            }>"Until Monday at 9:00"</button>
        </li>
    }
}

/// The labels, each of which can be put on or taken off.
#[component]
pub(super) fn LabelItems(
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
