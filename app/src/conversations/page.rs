//! `/conversations/:id`: one conversation.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use protocol::{ConversationId, ErrorCode};

use super::actions::Actions;
use super::calls::{Opened, open_conversation};
use super::composer::Composer;
use super::list::ChoicesHere;
use super::log::Log;
use super::side::{PageLink, Side};
use crate::failure::Failure;
use crate::live::{Live, Status};
use crate::ui::{Icon, Waiting, Zone, made_once, state_page};

/// One conversation. Each gets a newly created pane, so that nothing of the previous one stays on screen or keeps
/// running.
#[component]
pub(crate) fn ConversationPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| ConversationId::parse(&id)))
    });
    view! {
        <main class="pane">
            <For each=move || [id.get()] key=|id| *id let(id)>
                <Pane id />
            </For>
        </main>
    }
}

#[component]
fn Pane(id: Option<ConversationId>) -> impl IntoView {
    let live = Live::get();
    let attempt = RwSignal::new(0);
    let is_missing = RwSignal::new(false);
    let opened = Resource::new(
        move || attempt.get(),
        move |_| async move {
            match id {
                Some(id) => open_conversation(id).await,
                None => Err(Failure(ErrorCode::ConversationUnknown)),
            }
        },
    );
    // Retry once there is a connection.
    Effect::new(move |_| {
        if live.status() == Status::Online && is_missing.get_untracked() {
            attempt.update(|attempt| *attempt += 1);
        }
    });
    view! {
        <Suspense fallback=Waiting>
            {move || Suspend::new(async move {
                let opened = opened.await;
                made_once().await;
                is_missing.set(matches!(opened, Err(failure) if failure.0.is_temporary()));
                match opened {
                    Ok(opened) => view! { <Conversation opened /> }.into_any(),
                    Err(failure) if failure.0.is_temporary() => {
                        view! {
                            <Title text="Couldn’t load" />
                            <BackLink />
                            <div class="state">
                                <h1>"Couldn’t load this conversation"</h1>
                                <p>{failure.to_string()}</p>
                                <button
                                    class="button"
                                    on:click=move |_| attempt.update(|attempt| *attempt += 1)
                                >
                                    "Try again"
                                </button>
                            </div>
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <Title text="Not found" />
                            <BackLink />
                            {state_page("Can’t show this conversation", failure.to_string())}
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn BackLink() -> impl IntoView {
    view! {
        <A href="/conversations" attr:class="icon-button back" attr:title="Back to list">
            <Icon icon=lu::LuArrowLeft />
            <span class="visually-hidden">"Back to list"</span>
        </A>
    }
}

#[component]
fn Conversation(opened: Opened) -> impl IntoView {
    let live = Live::get();
    let Opened { summary, visitor_read_seq, entries, next_client_id } = opened;
    let (id, name) = (summary.id, summary.visitor_name.clone());
    let (inbox, page) = (summary.inbox_name.clone(), summary.page.clone());
    let choices = expect_context::<ChoicesHere>().0;
    live.update(|store| {
        store.seed_page(summary, visitor_read_seq, entries);
        Vec::new()
    });
    // Effects run only in the browser, where someone is looking.
    Effect::new(move |_| live.update(|store| store.watch(id)));
    on_cleanup(move || live.update(|store| store.unwatch(id)));
    let is_side_open = RwSignal::new(false);
    let zone = Zone::get();
    let summary = live.summary(id);
    let snoozed_until =
        Memo::new(move |_| summary.with(|summary| summary.as_ref()?.snoozed_until_ms));
    view! {
        <Title text=name.clone() />
        <header class="bar">
            <BackLink />
            <div class="bar-text">
                <h1>{name}</h1>
                <p>
                    {move || snoozed_until.get().map(|at_ms| format!("Snoozed until {} · ", zone.date_and_time(at_ms)))}
                    {inbox} {page.map(|page| view! { " · " <PageLink page /> })}
                </p>
            </div>
            <Actions id summary choices />
            // Shown where the side panel does not fit beside the log.
            <button
                class="icon-button side-toggle"
                title="Visitor details"
                aria-label="Visitor details"
                aria-expanded=move || is_side_open.get().to_string()
                on:click=move |_| is_side_open.update(|is_open| *is_open = !*is_open)
            >
                <Icon icon=lu::LuPanelRight />
            </button>
        </header>
        <Refusal />
        <div class="pane-body" class:side-open=is_side_open>
            <div class="talk">
                <Log id />
                <Composer id next_client_id />
            </div>
            <Side id summary />
        </div>
    }
}

/// The last refusal, until it is dismissed or the agent does something else.
#[component]
fn Refusal() -> impl IntoView {
    let live = Live::get();
    let text = Memo::new(move |_| live.with(|store| store.notice().map(ToOwned::to_owned)));
    let drop_it = move |_| {
        live.update(|store| {
            store.drop_notice();
            Vec::new()
        });
    };
    move || {
        text.get().map(|text| {
            view! {
                <div class="notice bar-notice" role="alert">
                    <Icon icon=lu::LuCircleAlert />
                    <span>{text}</span>
                    <button class="button quiet" on:click=drop_it>
                        "Dismiss"
                    </button>
                </div>
            }
        })
    }
}
