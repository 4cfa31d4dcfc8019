//! `/review`: inbound email.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use protocol::{InboundId, InboundReason, InboundState};

use super::badge::Recount;
use super::calls::{AllowMail, DiscardMail, InboundLine, Review, read_review};
use crate::account::Me;
use crate::ui::{
    ButtonForm, Card, FormAction, Fresh, Icon, Notice, Pager, SettingsPage, Zone, address, each,
    tabs, value_of,
};

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
    let href = |of: InboundState| match of {
        InboundState::Review => "/review".to_owned(),
        of => format!("/review?state={}", of.as_str()),
    };
    let all = [
        (InboundState::Review, "Needs review"),
        (InboundState::Posted, "Messages"),
        (InboundState::Ignored, "Ignored"),
        (InboundState::Discarded, "Dismissed"),
    ];
    let more = move || {
        view! {
            {tabs("Emails", move || state.get(), all, href)}
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
        }
    };
    view! {
        <SettingsPage
            title="Incoming email"
            lead="Email replies become messages automatically if their sender belongs to the conversation. Anything else that needs a decision waits here."
            more
        >
            <Notice text=allow.refused(|_| true) />
            <Notice text=discard.refused(|_| true) />
            {shown.show(
                "Couldn’t load incoming email",
                move |review| view! { <Mails review state before looked_for allow discard /> },
            )}
        </SettingsPage>
    }
}

#[component]
fn Mails(
    review: Signal<Review>,
    state: Memo<InboundState>,
    before: Memo<Option<InboundId>>,
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
    let page = move |before: Option<InboundId>| {
        let state = state.get().as_str().to_owned();
        let fields = [("before", value_of(before)), ("state", state), ("q", looked_for.get())];
        address("/review", fields)
    };
    let older =
        Signal::derive(move || review.with(|review| review.next).map(|next| page(Some(next))));
    let newest = Signal::derive(move || before.get().map(|_| page(None)));
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
        <Card>
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
            <Pager older newest />
        </Card>
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
                            <ButtonForm
                                action=allow
                                fields=vec![
                                    ("id", id.to_string()),
                                    ("in_conversation", "true".to_owned()),
                                ]
                            >
                                "Add to conversation"
                            </ButtonForm>
                        }
                    })}
                {can_post
                    .then(|| {
                        view! {
                            <ButtonForm action=allow fields=vec![("id", id.to_string())]>"New conversation"</ButtonForm>
                        }
                    })}
                {can_discard
                    .then(|| {
                        view! {
                            <ButtonForm action=discard fields=vec![("id", id.to_string())]>"Dismiss"</ButtonForm>
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
