//! What is known about the open conversation's visitor, in the side panel.

use icondata_lu as lu;
use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::{ConversationId, Status, Summary};

use super::calls::{BlockVisitor, Known, MailTranscript, read_visitor};
use crate::account::refusal;
use crate::live::Live;
use crate::ui::{Icon, LabelDot, Notice, Zone, browser_name};

/// The visitor, their page, and the state of the conversation.
#[component]
pub(super) fn Side(id: ConversationId, summary: Memo<Option<Summary>>) -> impl IntoView {
    let live = Live::get();
    let online = Memo::new(move |_| {
        live.with(|store| store.open(id).is_some_and(|open| open.visitor_online))
    });
    // Reload when the visitor comes, leaves or changes their name.
    let name = Memo::new(move |_| {
        summary.with(|summary| summary.as_ref().map(|one| one.visitor_name.clone()))
    });
    let transcript = ServerAction::<MailTranscript>::new();
    let known = Resource::new(move || (name.get(), online.get()), move |_| read_visitor(id));
    let presence = move || if online.get() { "Online" } else { "Offline" };
    let dot = move || if online.get() { "dot online" } else { "dot" };
    view! {
        <aside class="side" aria-label="Visitor">
            {move || {
                summary
                    .get()
                    .map(|one| {
                        let labels = one.labels.clone();
                        view! {
                            <h2>{one.visitor_name}</h2>
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
                                            <dt>"Started on"</dt>
                                            <dd>
                                                <PageLink page />
                                            </dd>
                                        }
                                    })}
                                <dt>"Assignee"</dt>
                                <dd>{one.assignee.map_or_else(|| "Unassigned".to_owned(), |person| person.name)}</dd>
                                <dt>"Visitor messages"</dt>
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
            <Transition>
                {move || Suspend::new(async move {
                    known.await.ok().map(|known| view! { <Facts id known transcript /> })
                })}
            </Transition>
        </aside>
    }
}

/// A page that a visitor named. It is not verified, so only a plain web address becomes a link.
#[component]
pub(super) fn PageLink(page: String) -> impl IntoView {
    let web = page.strip_prefix("https://").or_else(|| page.strip_prefix("http://"));
    // What comes before an @ is not the host: `shop.example@evil.example` leads to the latter.
    let place = |rest: &str| rest.split(['/', '?', '#', '\\']).next().map(ToOwned::to_owned);
    let is_plain = |rest: &&str| place(rest).is_some_and(|place| !place.contains('@'));
    if let Some(shown) = web.filter(is_plain) {
        let shown = shown.to_owned();
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

/// What the site and the browser report.
#[component]
fn Facts(
    id: ConversationId,
    known: Known,
    transcript: ServerAction<MailTranscript>,
) -> impl IntoView {
    let zone = Zone::get();
    let live = Live::get();
    let seen = known.last_seen_at_ms;
    let first = known.page;
    // Later pages come through the socket.
    let now_on = move || {
        let moved = live.with(|store| store.open(id).and_then(|open| open.visitor_page.clone()));
        moved.or_else(|| first.clone())
    };
    let fact = |name: &'static str, value: Option<String>| {
        value.map(|value| {
            view! {
                <dt>{name}</dt>
                <dd>{value}</dd>
            }
        })
    };
    let page = |name: &'static str, page: Option<String>| {
        page.map(|page| {
            view! {
                <dt>{name}</dt>
                <dd>
                    <PageLink page />
                </dd>
            }
        })
    };
    // The mark is an element beside the name, so no attribute name can imitate it.
    let verified = |name: String, value: Option<String>| {
        value.map(|value| {
            view! {
                <dt class="verified">
                    <Icon icon=lu::LuBadgeCheck />
                    {name}
                </dt>
                <dd>{value}</dd>
            }
        })
    };
    let (proven, said) = match known.is_email_proven {
        true => (known.email, None),
        false => (None, known.email),
    };
    let is_verified = known.user_id.is_some()
        || proven.is_some()
        || !known.vouched.is_empty()
        || known.is_name_vouched;
    let has_claims = said.is_some() || !known.attributes.is_empty();
    let vouched = known.vouched.into_iter().map(|(name, value)| verified(name, Some(value)));
    let attributes = known.attributes.into_iter().map(|(name, value)| {
        view! {
            <dt>{name}</dt>
            <dd>{value}</dd>
        }
    });
    let name = known.is_name_vouched.then(|| "by your site".to_owned());
    view! {
        {is_verified
            .then(|| {
                view! {
                    <section class="side-facts" aria-label="Verified">
                        <h3>"Verified by your site or by email"</h3>
                        <dl>
                            {verified("Name".to_owned(), name)}
                            {verified("Email address".to_owned(), proven)}
                            {verified("User ID".to_owned(), known.user_id)} {vouched.collect_view()}
                        </dl>
                    </section>
                }
            })}
        {has_claims
            .then(|| {
                view! {
                    <section class="side-facts" aria-label="Unverified">
                        <h3>"Unverified: from the visitor or the page"</h3>
                        <dl>
                            {fact("Email address", said)} {attributes.collect_view()}
                        </dl>
                    </section>
                }
            })}
        <dl>
            {fact("Email status", known.no_mail)}
            {move || page("Viewing", now_on())}
            {page("Referrer", known.referrer)}
            {fact("Language", known.language)}
            {fact("Time zone", known.time_zone)}
            {fact("Browser", known.browser.as_deref().map(browser_name))}
            {seen
                .map(|at_ms| {
                    view! {
                        <dt>"Last seen"</dt>
                        <dd>{move || zone.date_and_time(at_ms)}</dd>
                    }
                })}
        </dl>
        {known.takes_transcript.then(|| view! { <TranscriptButton id transcript /> })}
        <BlockMenu id can_block_network=known.has_network />
        {known
            .person
            .map(|person| view! { <p class="side-action"><a href=format!("/people?q={person}")>"Export or erase…"</a></p> })}
        {(!known.others.is_empty()).then(|| view! { <Others others=known.others /> })}
    }
}

/// Emails the visitor the whole conversation.
#[component]
fn TranscriptButton(id: ConversationId, transcript: ServerAction<MailTranscript>) -> impl IntoView {
    let done = move || matches!(transcript.value().get(), Some(Ok(())));
    view! {
        <ActionForm action=transcript attr:class="side-action">
            <input type="hidden" name="id" value=id.to_string() />
            <button class="button small" type="submit" disabled=move || transcript.pending().get()>
                <Icon icon=lu::LuMail />
                "Email transcript"
            </button>
            <span class="saved" role="status">
                {move || done().then_some("On its way")}
            </span>
            <Notice text=refusal(transcript) />
        </ActionForm>
    }
}

/// Blocks the visitor or their network.
#[component]
fn BlockMenu(id: ConversationId, can_block_network: bool) -> impl IntoView {
    let block = ServerAction::<BlockVisitor>::new();
    let form = move |network: bool, title: &'static str| {
        view! {
            <ActionForm action=block>
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="network" value=network.to_string() />
                <button class="button small" type="submit" disabled=move || block.pending().get()>
                    {title}
                </button>
            </ActionForm>
        }
    };
    view! {
        <details class="side-block">
            <summary>"Block…"</summary>
            <p class="soft">
                "They can no longer send messages, and all their conversations are archived. To unblock them, go to Inboxes."
            </p>
            {form(false, "Block this visitor")}
            {can_block_network
                .then(|| form(true, "Block everyone on their network for 30 days"))}
            <Notice text=refusal(block) />
        </details>
    }
}

/// The visitor's other conversations.
#[component]
fn Others(others: Vec<Summary>) -> impl IntoView {
    let zone = Zone::get();
    let line = |one: Summary| {
        let at_ms = one.last_at_ms;
        let state = match one.status {
            _ if one.spam == Some(true) => "Spam",
            _ if one.archived => "Archived",
            Status::Open => "Open",
            Status::Assigned => "Assigned",
            Status::Resolved => "Resolved",
        };
        view! {
            <li>
                <a href=format!("/conversations/{}", one.id)>
                    <span class="file-name">{one.preview}</span>
                    <small>{move || zone.date_and_time(at_ms)} " · " {state}</small>
                </a>
            </li>
        }
    };
    view! {
        <h3>"Other conversations"</h3>
        <ul class="side-others">{others.into_iter().map(line).collect_view()}</ul>
    }
}
