//! What is known about the open conversation's visitor, beside it.

use leptos::prelude::*;
use protocol::ConversationId;

use super::actions::LabelDot;
use crate::live::Live;

/// The visitor, their page, and where the conversation stands.
#[component]
pub(super) fn Side(id: ConversationId) -> impl IntoView {
    let live = Live::get();
    let summary = Memo::new(move |_| live.with(|store| store.summary(id).cloned()));
    let online = Memo::new(move |_| {
        live.with(|store| store.open(id).is_some_and(|open| open.visitor_online))
    });
    let presence = move || if online.get() { "Online" } else { "Not here" };
    let dot = move || if online.get() { "dot online" } else { "dot" };
    view! {
        <aside class="side" aria-label="Visitor">
            {move || {
                summary
                    .get()
                    .map(|one| {
                        let labels = one.labels.clone();
                        view! {
                            <h3>{one.visitor_name}</h3>
                            <p class="side-presence">
                                <i class=dot></i>
                                {presence}
                            </p>
                            <dl>
                                <dt>"Inbox"</dt>
                                <dd>{one.inbox_name}</dd>
                                {one
                                    .page
                                    .map(|page| {
                                        view! {
                                            <dt>"Began on"</dt>
                                            <dd>
                                                <PageLink page />
                                            </dd>
                                        }
                                    })}
                                <dt>"Assigned to"</dt>
                                <dd>{one.assignee.map_or_else(|| "Nobody".to_owned(), |person| person.name)}</dd>
                                <dt>"Messages from the visitor"</dt>
                                <dd>{one.visitor_messages}</dd>
                                {(!labels.is_empty())
                                    .then(|| {
                                        view! {
                                            <dt>"Labels"</dt>
                                            <dd class="side-labels">
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
                                            </dd>
                                        }
                                    })}
                            </dl>
                        }
                    })
            }}
        </aside>
    }
}

/// The page a visitor wrote from. It is their word: only a web address becomes a link.
#[component]
pub(super) fn PageLink(page: String) -> impl IntoView {
    if page.starts_with("https://") || page.starts_with("http://") {
        let shown = page.split_once("://").map_or(page.as_str(), |(_, rest)| rest).to_owned();
        view! {
            <a href=page target="_blank" rel="noopener noreferrer nofollow external">
                {shown}
            </a>
        }
        .into_any()
    } else {
        page.into_any()
    }
}
