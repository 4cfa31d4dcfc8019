//! Search. The query is in the URL, and the results replace the list.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::{A, Form};
use protocol::{Author, Hit, Part, Status, UnixMillis};

use super::calls::{Choices, search_conversations};
use super::looked_for::{LookedFor, Who};
use crate::browser::submit_form_of;
use crate::live::Live;
use crate::ui::{Clock, Icon, Select, Waiting, encoded, options, state_page, value_of};

/// The search field. It also works without scripts.
#[component]
pub(super) fn SearchBox(looked_for: Memo<LookedFor>, choices: Signal<Choices>) -> impl IntoView {
    let is_on = move || looked_for.with(|looked_for| !looked_for.text.is_empty());
    view! {
        <search class="search">
            <Form method="GET" action="/conversations">
                <label class="search-field">
                    <Icon icon=lu::LuSearch />
                    <span class="visually-hidden">"Search"</span>
                    <input
                        type="search"
                        name="q"
                        placeholder="Search messages and people"
                        maxlength="200"
                        autocomplete="off"
                        enterkeyhint="search"
                        prop:value=move || looked_for.with(|looked_for| looked_for.text.clone())
                        value=looked_for.with_untracked(|looked_for| looked_for.text.clone())
                    />
                </label>
                <Show when=is_on>
                    <Narrower looked_for choices />
                </Show>
            </Form>
        </search>
    }
}

/// The filters of a search.
#[component]
fn Narrower(looked_for: Memo<LookedFor>, choices: Signal<Choices>) -> impl IntoView {
    let chosen =
        move |value: fn(&LookedFor) -> String| Signal::derive(move || looked_for.with(value));
    let named = |none: &str, all: &[(&str, &str)]| {
        options(none, all.iter().map(|(value, title)| (*value, (*title).to_owned())))
    };
    let status = named(
        "Any status",
        &[("open", "Open"), ("assigned", "Assigned"), ("resolved", "Resolved")],
    );
    let who = named("Anyone", &[(Who::Me.slug(), "Me"), (Who::Nobody.slug(), "Unassigned")]);
    let days =
        named("Any time", &[("7", "Last 7 days"), ("30", "Last 30 days"), ("365", "Last year")]);
    view! {
        <div class="search-narrow" on:change=move |event| submit_form_of(&event)>
            <Select
                name="status"
                label="Status"
                chosen=chosen(|one| value_of(one.status.map(Status::as_str)))
                options=status
            />
            <Select
                name="who"
                label="Assignee"
                chosen=chosen(|one| value_of(one.who.map(Who::slug)))
                options=who
            />
            <Select name="days" label="Time" chosen=chosen(|one| value_of(one.days)) options=days />
            {move || {
                let inboxes = choices.with(|choices| choices.inboxes.clone());
                (inboxes.len() > 1)
                    .then(|| {
                        view! {
                            <Select
                                name="inbox"
                                label="Inbox"
                                chosen=chosen(|one| value_of(one.inbox))
                                options=options("Any inbox", inboxes.into_iter().map(|inbox| (inbox.id, inbox.name)))
                            />
                        }
                    })
            }}
            {move || {
                let labels = choices.with(|choices| choices.labels.clone());
                let labels = labels.into_iter().map(|label| (label.id, label.name));
                (labels.len() > 0)
                    .then(|| {
                        view! {
                            <Select
                                name="label"
                                label="Label"
                                chosen=chosen(|one| value_of(one.label))
                                options=options("Any label", labels)
                            />
                        }
                    })
            }}
            <A href="/conversations" attr:class="search-end">
                "Clear"
            </A>
            <noscript>
                <button class="button">"Search"</button>
            </noscript>
        </div>
    }
}

/// The search results.
#[component]
pub(super) fn FoundList(looked_for: Memo<LookedFor>) -> impl IntoView {
    let found = Resource::new(move || looked_for.get(), search_conversations);
    view! {
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(found) if found.hits.is_empty() => {
                        view! {
                            <div class="state" role="status">
                                <h2>"No results"</h2>
                                <p>
                                    "All words must appear in one message, or in the visitor’s name or email address. The start of a word is enough."
                                </p>
                            </div>
                        }
                            .into_any()
                    }
                    Ok(found) => {
                        let now_ms = found.now_ms;
                        view! {
                            <div class="rows-scroll">
                                <ul class="rows" aria-label="Search results">
                                    {found
                                        .hits
                                        .into_iter()
                                        .map(|hit| view! { <HitRow hit now_ms looked_for /> })
                                        .collect_view()}
                                </ul>
                            </div>
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        state_page("Search failed", failure.to_string()).into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn HitRow(hit: Hit, now_ms: UnixMillis, looked_for: Memo<LookedFor>) -> impl IntoView {
    let live = Live::get();
    let Hit { conversation, seq, at_ms, author, parts } = hit;
    let who = match &author {
        None | Some(Author::Visitor {} | Author::System {}) => String::new(),
        Some(author) if live.is_me(author) => "You: ".to_owned(),
        Some(Author::Agent { name, .. }) => format!("{name}: "),
    };
    let at = seq.map(|seq| format!("&at={seq}")).unwrap_or_default();
    let query = looked_for.with_untracked(|looked_for| encoded(&looked_for.text));
    let href = format!("/conversations/{}?q={query}{at}", conversation.id);
    let part = |part: Part| {
        if part.is_hit {
            view! { <mark>{part.text}</mark> }.into_any()
        } else {
            view! { {part.text} }.into_any()
        }
    };
    let is_resolved = conversation.status == Status::Resolved;
    view! {
        <li>
            <A href=href attr:class="row">
                <span class="row-top">
                    <span class="row-name">{conversation.visitor_name}</span>
                    <span class="row-time">
                        <Clock at_ms=at_ms.unwrap_or(conversation.last_at_ms) day=true now_ms />
                    </span>
                </span>
                <span class="row-found">
                    <span class="row-who">{who}</span>
                    {parts.into_iter().map(part).collect_view()}
                </span>
                <span class="row-marks">
                    {is_resolved.then(|| view! { <span class="mark">"Resolved"</span> })}
                    {conversation.archived.then(|| view! { <span class="mark">"Archived"</span> })}
                </span>
            </A>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_looked_for() {
        let get = |name: &str| {
            let value = match name {
                "q" => " größe ",
                "status" => "resolved",
                "who" => "me",
                "days" => "7",
                "inbox" => "nonsense",
                _ => return None,
            };
            Some(value.to_owned())
        };
        let looked_for = LookedFor::from_query(get);
        assert_eq!(looked_for.text, "größe");
        assert_eq!((looked_for.status, looked_for.who), (Some(Status::Resolved), Some(Who::Me)));
        assert_eq!((looked_for.days, looked_for.inbox), (Some(7), None));
    }
}
