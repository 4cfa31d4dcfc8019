//! `/outbox`

use icondata_lu as lu;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use protocol::{DropReason, MailId, MailKind, MailState};

use super::calls::{DropMail, MailLine, Outbox, RetryMail, read_outbox};
use crate::ui::{Deed, Fresh, Icon, Notice, Zone, each};

/// What mail waits, what failed and why, what went out.
#[component]
pub(crate) fn OutboxPage() -> impl IntoView {
    let retry = Deed::<RetryMail>::new();
    let dropping = Deed::<DropMail>::new();
    let query = use_query_map();
    let state = Memo::new(move |_| query.with(|query| MailState::parse(&query.get("state")?)));
    let before = Memo::new(move |_| query.with(|query| MailId::parse(&query.get("before")?)));
    let version = move || retry.version() + dropping.version();
    let shown = Fresh::new(
        move || (state.get(), before.get(), version()),
        |(state, before, _)| read_outbox(state, before),
    );
    let tab = move |of: Option<MailState>, title: &'static str| {
        let href = of.map_or("/outbox".to_owned(), |of| format!("/outbox?state={}", of.as_str()));
        let current = move || (state.get() == of).then_some("page");
        view! {
            <a class="tab" href=href aria-current=current>
                {title}
            </a>
        }
    };
    view! {
        <Title text="Outbox" />
        <main class="settings">
            <header>
                <h1>"Outbox"</h1>
                <p class="lead">
                    "What goes out by mail when nobody is there, or an answer was not read. What each inbox sends is said on its "
                    <a href="/inboxes">"page"</a>"."
                </p>
                <nav class="tabs" aria-label="Mails">
                    {tab(None, "All")} {tab(Some(MailState::Waiting), "Waiting")}
                    {tab(Some(MailState::Failed), "Failed")} {tab(Some(MailState::Sent), "Sent")}
                    {tab(Some(MailState::Dropped), "Not sent")}
                </nav>
            </header>
            <Notice text=retry.refused(|_| true) />
            <Notice text=dropping.refused(|_| true) />
            {shown.show(
                "The outbox could not be read",
                move |outbox| view! { <Mails outbox state retry dropping /> },
            )}
        </main>
    }
}

#[component]
fn Mails(
    outbox: Signal<Outbox>,
    state: Memo<Option<MailState>>,
    retry: Deed<RetryMail>,
    dropping: Deed<DropMail>,
) -> impl IntoView {
    let trouble = ArcSignal::derive(move || {
        match outbox.get() {
        Outbox { is_on: false, .. } => Some("No mail is sent: the program has no mail server. Give it one with PORCHLIGHT_SMTP_URL and PORCHLIGHT_MAIL_FROM.".to_owned()),
        Outbox { trouble, .. } => {
            trouble.map(|trouble| format!("Mail waits, and is tried again. {trouble}"))
        }
    }
    });
    let mails = move || outbox.with(|outbox| outbox.mails.clone());
    let is_empty = move || outbox.with(|outbox| outbox.mails.is_empty());
    let empty = move || match state.get() {
        None => "Nothing has gone out yet.",
        Some(MailState::Waiting) => "Nothing waits.",
        Some(MailState::Failed) => "Nothing has failed.",
        Some(MailState::Sent) => "Nothing was sent yet.",
        Some(MailState::Dropped) => "Nothing was held back.",
    };
    let older = move || {
        let next = outbox.with(|outbox| outbox.next)?;
        let state = state.get().map_or(String::new(), |state| format!("&state={}", state.as_str()));
        Some(format!("/outbox?before={next}{state}"))
    };
    let row = move |mail| view! { <Line mail retry dropping /> };
    view! {
        <Notice text=trouble />
        <section class="card stack">
            {move || is_empty().then(|| view! { <p class="soft">{empty}</p> })}
            <ul class="plain mail-list">{each(mails, |mail: &MailLine| mail.id, row)}</ul>
            {move || older().map(|href| view! { <a class="button quiet" href=href>"Older"</a> })}
        </section>
    }
}

#[component]
fn Line(mail: MailLine, retry: Deed<RetryMail>, dropping: Deed<DropMail>) -> impl IntoView {
    let zone = Zone::get();
    let MailLine { id, kind, conversation, address, state, reason, attempts, .. } = mail;
    let (icon, class) = match state {
        MailState::Waiting => (lu::LuClock, "mail waits"),
        MailState::Sent => (lu::LuMailCheck, "mail sent"),
        MailState::Failed => (lu::LuMailWarning, "mail failed"),
        MailState::Dropped => (lu::LuMailX, "mail dropped"),
    };
    let when = move || match (state, mail.settled_at_ms) {
        (MailState::Waiting, _) => format!("Next try {}", zone.date_and_time(mail.due_at_ms)),
        (MailState::Sent, Some(at_ms)) => format!("Sent {}", zone.date_and_time(at_ms)),
        (MailState::Failed, Some(at_ms)) => format!("Failed {}", zone.date_and_time(at_ms)),
        (_, Some(at_ms)) => format!("Not sent {}", zone.date_and_time(at_ms)),
        (_, None) => String::new(),
    };
    let tries = (attempts > 1).then(|| format!(", after {attempts} tries"));
    let why = reason.map(|reason| match DropReason::parse(&reason) {
        Some(dropped) if state == MailState::Dropped => why(kind, dropped).to_owned(),
        _ => reason,
    });
    let is_open = matches!(state, MailState::Waiting | MailState::Failed);
    view! {
        <li class=class>
            <Icon icon />
            <div class="grow">
                <b>{title(kind)}</b>
                <small>
                    {address.unwrap_or_else(|| "Not begun".to_owned())} " · " {when} {tries}
                </small>
                {why.map(|why| view! { <small class="why">{why}</small> })}
            </div>
            {conversation
                .map(|conversation| {
                    view! {
                        <a class="button small" href=format!("/conversations/{conversation}")>
                            "Conversation"
                        </a>
                    }
                })}
            {is_open
                .then(|| {
                    view! {
                        <ActionForm action=retry.action>
                            <input type="hidden" name="id" value=id.to_string() />
                            <button class="button small" type="submit">
                                "Try now"
                            </button>
                        </ActionForm>
                        <ActionForm action=dropping.action>
                            <input type="hidden" name="id" value=id.to_string() />
                            <button class="button small" type="submit">
                                "Drop"
                            </button>
                        </ActionForm>
                    }
                })}
        </li>
    }
}

/// What a mail is about.
pub(crate) const fn title(kind: MailKind) -> &'static str {
    match kind {
        MailKind::NobodyAvailable => "Nobody was there: to the team",
        MailKind::Received => "We got your message: to the visitor",
        MailKind::UnreadReply => "Unread answer: to the visitor",
        MailKind::Transcript => "Transcript: to the visitor",
        MailKind::Assigned => "Given to them: to an agent",
        MailKind::Mentioned => "Named in a note: to an agent",
        MailKind::Waiting => "A visitor waits: to an agent",
        MailKind::Escalation => "No answer for long: to an agent",
        MailKind::Summary => "Daily summary: to an agent",
        MailKind::Invitation => "Invitation: to an agent",
        MailKind::Password => "Forgotten password: to an agent",
    }
}

/// Why a mail was not sent, in words.
pub(crate) const fn why(kind: MailKind, reason: DropReason) -> &'static str {
    match (kind, reason) {
        (MailKind::Summary, DropReason::Done) => return "There was nothing to say.",
        (MailKind::Summary, DropReason::Late) => return "It was too old by then.",
        (
            MailKind::Assigned
            | MailKind::Mentioned
            | MailKind::Waiting
            | MailKind::Escalation
            | MailKind::Summary,
            DropReason::Off,
        ) => return "The agent wants none of these.",
        _ => {}
    }
    match reason {
        DropReason::Readdressed => "The address is another by now: it goes there.",
        DropReason::Read => "It was read meanwhile.",
        DropReason::Answered => "Somebody has answered meanwhile.",
        DropReason::SomebodyCame => "Somebody came, who sees it in the inbox.",
        DropReason::Archived => "The conversation was archived.",
        DropReason::Resolved => "The conversation was resolved.",
        DropReason::NoAddress => "There was no address.",
        DropReason::Off => "The inbox sends no mail.",
        DropReason::Unsubscribed => "The address wants no mail.",
        DropReason::Bounced => "The address takes no mail.",
        DropReason::Unproven => "The address is not known to be the visitor’s any more.",
        DropReason::Capped => "The address, or the inbox, had enough mail for the hour.",
        DropReason::ByHand => "It was dropped by hand.",
        DropReason::Done => "It was done meanwhile.",
        DropReason::Late => "Its link was over before the mail server took it.",
        DropReason::Gone => "The agent is not part of the team any more.",
    }
}
