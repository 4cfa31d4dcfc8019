//! What an agent can do with the open conversation.

use icondata_lu as lu;
use leptos::prelude::*;
use protocol::{Change, ConversationId, Status, Summary};

use super::calls::{BlockVisitor, Choices};
use super::menus::{AssignMenu, LabelItems, SnoozeItems};
use crate::account::refusal;
use crate::live::Live;
use crate::ui::{Icon, Menu, Notice, Toasts};

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
    let undo = Undo::new(id, summary);
    let snooze = Callback::new(move |until_ms| {
        undo.offer("Conversation snoozed", |one| one.snoozed_until_ms.is_some(), Change::Wake {});
        act(Change::Snooze { until_ms });
    });
    let mark_as_spam = move || {
        undo.offer("Marked as spam", |one| one.spam == Some(true), Change::NotSpam {});
        act(Change::Spam {});
    };
    let archive = move || {
        undo.offer("Conversation archived", |one| one.archived, Change::Unarchive {});
        act(Change::Archive {});
    };
    let block = ServerAction::<BlockVisitor>::new();
    let mark_and_block = move || {
        mark_as_spam();
        block.dispatch(BlockVisitor { id, network: false });
    };
    let resolve = move || {
        let seen = live.with(|store| store.open(id).map(|open| open.thread.replica.last_seq()));
        undo.offer(
            "Conversation resolved",
            |one| one.status == Status::Resolved,
            Change::Reopen {},
        );
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
                <SnoozeItems snooze />
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
                                <button on:click=move |_| mark_as_spam()>"Mark as spam"</button>
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
                            on:click=move |_| archive()
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

/// A change that was asked for, and what would undo it.
struct Offer {
    text: &'static str,
    /// Whether the change shows.
    is_done: fn(&Summary) -> bool,
    undo: Change,
}

/// Offers to undo changes. Only once the server has made them: it may refuse.
#[derive(Clone, Copy)]
struct Undo(StoredValue<Option<Offer>>);

impl Undo {
    fn new(id: ConversationId, summary: Memo<Option<Summary>>) -> Self {
        let (live, toasts) = (Live::get(), Toasts::get());
        let waits = StoredValue::new(None::<Offer>);
        Effect::new(move |_| {
            if live.with(|store| store.notice().is_some()) {
                waits.set_value(None);
            }
            let is_done = |one: &Summary| {
                waits.with_value(|offer| offer.as_ref().is_some_and(|offer| (offer.is_done)(one)))
            };
            if summary.with(|summary| summary.as_ref().is_some_and(is_done))
                && let Some(Offer { text, undo, .. }) =
                    waits.try_update_value(Option::take).flatten()
            {
                toasts.show(text, move || live.change(id, undo.clone()));
            }
        });
        Self(waits)
    }

    /// Offers this once the change that is about to be asked for was made.
    fn offer(self, text: &'static str, is_done: fn(&Summary) -> bool, undo: Change) {
        self.0.set_value(Some(Offer { text, is_done, undo }));
    }
}
