//! `/review`: inbound email.

use icondata_lu as lu;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::{InboundId, InboundReason, InboundState};

use super::badge::Recount;
use super::calls::{AllowMail, DiscardMail, InboundLine, Review, read_review};
use crate::account::Me;
use crate::ui::{FormAction, Fresh, Icon, Notice, Zone, each};

/// The page of inbound emails, where an agent decides about those that did not become a message.
#[component]
pub(crate) fn ReviewPage() -> impl IntoView {
    let allow = FormAction::<AllowMail>::new();
    let discard = FormAction::<DiscardMail>::new();
    let query = use_query_map();
    let state = Memo::new(move |_| {
        let named = query.with(|query| InboundState::parse(&query.get("state")?));
        named.unwrap_or(InboundState::Review)
    });
    let before = Memo::new(move |_| query.with(|query| InboundId::parse(&query.get("before")?)));
    let looked_for = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));
    let version = move || allow.version() + discard.version();
    Effect::new(move |_| {
        version();
        Recount::now();
    });
    let shown = Fresh::new(
        move || (state.get(), before.get(), looked_for.get(), version()),
        |(state, before, looked_for, _)| read_review(state, before, looked_for),
    );
    let tab = move |of: InboundState, title: &'static str| {
        let href = match of {
            InboundState::Review => "/review".to_owned(),
            of => format!("/review?state={}", of.as_str()),
        };
        let current = move || (state.get() == of).then_some("page");
        view! {
            <a class="tab" href=href aria-current=current>
                {title}
            </a>
        }
    };
    view! {
        <Title text="Incoming email" />
        <main class="settings">
            <header>
                <h1>"Incoming email"</h1>
                <p class="lead">
                    "Email replies become messages automatically if their sender belongs to the conversation. Anything else that needs a decision waits here."
                </p>
                <nav class="tabs" aria-label="Emails">
                    {tab(InboundState::Review, "Needs review")} {tab(InboundState::Posted, "Messages")}
                    {tab(InboundState::Ignored, "Ignored")}
                    {tab(InboundState::Discarded, "Dismissed")}
                </nav>
                // A plain form: the search is in the URL.
                <form class="mail-search" method="get" action="/review" role="search">
                    <input type="hidden" name="state" value=move || state.get().as_str() />
                    <input
                        type="search"
                        name="q"
                        aria-label="Search these emails"
                        placeholder="Search these emails"
                        maxlength="100"
                        value=move || looked_for.get()
                    />
                </form>
            </header>
            <Notice text=allow.refused(|_| true) />
            <Notice text=discard.refused(|_| true) />
            {shown.show(
                "Couldn’t load incoming email",
                move |review| view! { <Mails review state looked_for allow discard /> },
            )}
        </main>
    }
}

#[component]
fn Mails(
    review: Signal<Review>,
    state: Memo<InboundState>,
    looked_for: Memo<String>,
    allow: FormAction<AllowMail>,
    discard: FormAction<DiscardMail>,
) -> impl IntoView {
    let mails = move || {
        let state = state.get();
        review.get().mails.into_iter().map(|mail| (mail, state)).collect()
    };
    let key = |(mail, _): &(InboundLine, InboundState)| mail.id;
    let row = move |(mail, state)| view! { <Line mail state allow discard /> };
    let is_empty = move || review.with(|review| review.mails.is_empty());
    let is_on = move || review.with(|review| review.is_on);
    let troubles = move || review.with(|review| review.troubles.clone());
    let empty = move || match state.get() {
        _ if !looked_for.with(String::is_empty) => "No matching emails.",
        InboundState::Review => "All caught up.",
        InboundState::Posted => "No emails have become messages yet.",
        InboundState::Ignored => "No ignored emails.",
        InboundState::Discarded => "No dismissed emails.",
        InboundState::Waiting => "No emails are being processed.",
    };
    let older = move || {
        let next = review.with(|review| review.next)?;
        let words =
            looked_for.with(|words| utf8_percent_encode(words, NON_ALPHANUMERIC).to_string());
        Some(format!("/review?before={next}&state={}&q={words}", state.get().as_str()))
    };
    let can_set_up = use_context::<Me>().is_some_and(|me| me.is_admin);
    view! {
        {move || {
            troubles()
                .into_iter()
                .map(|(inbox, trouble)| {
                    let text = format!(
                        "Can’t read the mailbox of {inbox} (retrying): {trouble}",
                    );
                    view! { <Notice text=ArcSignal::stored(Some(text)) /> }
                })
                .collect_view()
        }}
        <section class="card stack">
            {move || (!is_on())
                .then(|| {
                    view! {
                        <p class="soft">
                            "No inbox receives email yet. "
                            {can_set_up
                                .then(|| {
                                    view! {
                                        "Add a reply-to address and a mailbox under "
                                        <a href="/inboxes">"Inboxes"</a> "."
                                    }
                                })}
                        </p>
                    }
                })}
            {move || (is_empty() && is_on()).then(|| view! { <p class="soft">{empty}</p> })}
            <ul class="plain mail-list">
                {each(mails, key, row)}
            </ul>
            {move || older().map(|href| view! { <a class="button quiet" href=href>"Older"</a> })}
        </section>
    }
}

#[component]
fn Line(
    mail: InboundLine,
    state: InboundState,
    allow: FormAction<AllowMail>,
    discard: FormAction<DiscardMail>,
) -> impl IntoView {
    let zone = Zone::get();
    let InboundLine { id, inbox, reason, sender, sender_name, subject, text, conversation, .. } =
        mail;
    let (icon, class) = match state {
        InboundState::Review => (lu::LuMailQuestion, "mail failed"),
        InboundState::Posted => (lu::LuMailCheck, "mail sent"),
        _ => (lu::LuMailX, "mail dropped"),
    };
    let who = match (sender_name, sender) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (_, Some(address)) => address,
        (Some(name), None) => name,
        (None, None) => "Unknown sender".to_owned(),
    };
    let bytes = (reason == Some(InboundReason::TooLarge))
        .then(|| format!(" · {} MB", mail.bytes.div_ceil(1 << 20)));
    let text = text.filter(|text| !text.trim().is_empty());
    let kept = mail.is_kept.then_some(id);
    let (can_post, can_discard) = (mail.can_be_message, state == InboundState::Review);
    view! {
        <li class=class>
            <Icon icon />
            <div class="grow">
                <b>{subject.unwrap_or_else(|| "(no subject)".to_owned())}</b>
                <small>
                    {who} " · " {inbox} " · " {move || zone.date_and_time(mail.at_ms)} {bytes}
                </small>
                {reason.map(|reason| view! { <small class="why">{why(reason)}</small> })}
                {text
                    .map(|text| {
                        view! {
                            <details class="mail-text">
                                <summary>{beginning(&text)}</summary>
                                <p>{text}</p>
                            </details>
                        }
                    })}
            </div>
            <div class="mail-actions">
                {kept.map(|id| view! { <RawMailLink id /> })}
                {conversation
                    .map(|conversation| {
                        view! {
                            <a class="button small" href=format!("/conversations/{conversation}")>
                                "Open conversation"
                            </a>
                        }
                    })}
                {(can_post && conversation.is_some())
                    .then(|| {
                        view! {
                            <ActionForm action=allow.action>
                                <input type="hidden" name="id" value=id.to_string() />
                                <input type="hidden" name="in_conversation" value="true" />
                                <button class="button small" type="submit">
                                    "Add to conversation"
                                </button>
                            </ActionForm>
                        }
                    })}
                {can_post
                    .then(|| {
                        view! {
                            <ActionForm action=allow.action>
                                <input type="hidden" name="id" value=id.to_string() />
                                <button class="button small" type="submit">
                                    "New conversation"
                                </button>
                            </ActionForm>
                        }
                    })}
                {can_discard
                    .then(|| {
                        view! {
                            <ActionForm action=discard.action>
                                <input type="hidden" name="id" value=id.to_string() />
                                <button class="button small" type="submit">
                                    "Dismiss"
                                </button>
                            </ActionForm>
                        }
                    })}
            </div>
        </li>
    }
}

/// Downloads the raw email.
#[component]
pub(crate) fn RawMailLink(id: InboundId) -> impl IntoView {
    view! {
        <a class="button small" href=format!("/mail/raw/{id}") download rel="external">
            <Icon icon=lu::LuDownload />
            "Download"
        </a>
    }
}

/// Returns the beginning of a text, on one line.
fn beginning(text: &str) -> String {
    const CHARS: usize = 140;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Returns why an email did not become a message, as text.
const fn why(reason: InboundReason) -> &'static str {
    match reason {
        InboundReason::NoSender => "It names no sender, or several.",
        InboundReason::OtherSender => {
            "It replies to this conversation, but from a different address than the email went to."
        }
        InboundReason::Forged => {
            "Your mail server says that the sender may be forged (DMARC). Be careful."
        }
        InboundReason::Unchecked => {
            "It claims to be an agent’s reply, and no mail server has verified that. Set --authserv-id to your mail server’s name."
        }
        InboundReason::FromAgent => "An agent sent it to the inbox, but not as a reply.",
        InboundReason::TooMany => "Its sender sent too many emails within an hour.",
        InboundReason::List => "It’s a newsletter, or went to a mailing list.",
        InboundReason::AutoReply => "It’s an automatic reply, such as an out-of-office message.",
        InboundReason::ReadReceipt => "It’s a read receipt.",
        InboundReason::Bounce => "It reports that an email was not delivered.",
        InboundReason::Loop => {
            "It was sent from an inbox’s own address and doesn’t say whom to reply to."
        }
        InboundReason::Empty => "It has no text.",
        InboundReason::TooLarge => {
            "It’s larger than 28 MB and was left in the mailbox. View it there."
        }
        InboundReason::Unreadable => {
            "It can’t be read, or was built to overload its reader. If it’s in a mailbox, view it there with care."
        }
        InboundReason::Refused => "Its conversation can’t accept it.",
    }
}
