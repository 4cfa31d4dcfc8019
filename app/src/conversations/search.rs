//! Search. The query is in the URL, and the results replace the list.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::{A, Form};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::{Author, Hit, Part, Status, UnixMillis};

use super::calls::{Choices, search_conversations};
use super::looked_for::{LookedFor, Who};
use crate::browser::submit_form_of;
use crate::live::Live;
use crate::ui::{Clock, Icon, Waiting, state_page};

/// All characters except the unreserved ones (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

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
    let chosen = |is: bool| is.then_some("");
    let status = move |status: Option<Status>| {
        let (value, name) = match status {
            None => ("", "Any status"),
            Some(Status::Open) => ("open", "Open"),
            Some(Status::Assigned) => ("assigned", "Assigned"),
            Some(Status::Resolved) => ("resolved", "Resolved"),
        };
        let is_it = move || chosen(looked_for.with(|looked_for| looked_for.status == status));
        view! { <option value=value selected=is_it>{name}</option> }
    };
    let who = move |who: Option<Who>, name: &'static str| {
        let is_it = move || chosen(looked_for.with(|looked_for| looked_for.who == who));
        view! { <option value=who.map_or("", Who::slug) selected=is_it>{name}</option> }
    };
    let days = move |days: Option<u32>, name: &'static str| {
        let is_it = move || chosen(looked_for.with(|looked_for| looked_for.days == days));
        let value = days.map(|days| days.to_string()).unwrap_or_default();
        view! { <option value=value selected=is_it>{name}</option> }
    };
    view! {
        <div class="search-narrow" on:change=move |event| submit_form_of(&event)>
            <select name="status" aria-label="Status">
                {[None, Some(Status::Open), Some(Status::Assigned), Some(Status::Resolved)].map(status)}
            </select>
            <select name="who" aria-label="Assignee">
                {who(None, "Anyone")}
                {who(Some(Who::Me), "Me")}
                {who(Some(Who::Nobody), "Unassigned")}
            </select>
            <select name="days" aria-label="Time">
                {days(None, "Any time")}
                {days(Some(7), "Last 7 days")}
                {days(Some(30), "Last 30 days")}
                {days(Some(365), "Last year")}
            </select>
            {move || {
                let inboxes = choices.with(|choices| choices.inboxes.clone());
                (inboxes.len() > 1)
                    .then(|| {
                        let inbox = looked_for.with(|looked_for| looked_for.inbox);
                        let option = move |(id, name)| {
                            let is_it = chosen(inbox == Some(id));
                            view! { <option value=id.to_string() selected=is_it>{name}</option> }
                        };
                        view! {
                            <select name="inbox" aria-label="Inbox">
                                <option value="">"Any inbox"</option>
                                {inboxes.into_iter().map(option).collect_view()}
                            </select>
                        }
                    })
            }}
            {move || {
                let labels = choices.with(|choices| choices.labels.clone());
                (!labels.is_empty())
                    .then(|| {
                        let label = looked_for.with(|looked_for| looked_for.label);
                        let option = move |one: protocol::Label| {
                            let is_it = chosen(label == Some(one.id));
                            view! { <option value=one.id.to_string() selected=is_it>{one.name}</option> }
                        };
                        view! {
                            <select name="label" aria-label="Label">
                                <option value="">"Any label"</option>
                                {labels.into_iter().map(option).collect_view()}
                            </select>
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

/// Encodes a text as a value in a URL's query.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
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
        assert_eq!(encoded("größe & more"), "gr%C3%B6%C3%9Fe%20%26%20more");
    }
}
