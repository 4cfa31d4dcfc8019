//! `/outbox`: outgoing email.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use protocol::{DropReason, MailId, MailKind, MailState};

use super::calls::{DropMail, MailLine, Outbox, RetryMail, read_outbox};
use crate::ui::{
    ButtonForm, Card, ConfirmForm, FormAction, Fresh, Icon, Notice, Pager, SettingsPage, Zone,
    address, each, tabs, value_of,
};

/// The page of queued, failed and sent emails.
#[component]
pub(crate) fn OutboxPage() -> impl IntoView {
    let retry = FormAction::<RetryMail>::new();
    let dropping = FormAction::<DropMail>::new();
    let query = use_query_map();
    let state = Memo::new(move |_| query.with(|query| MailState::parse(&query.get("state")?)));
    let before = Memo::new(move |_| query.with(|query| MailId::parse(&query.get("before")?)));
    let version = move || retry.version() + dropping.version();
    let shown = Fresh::new(
        move || (state.get(), before.get(), version()),
        |(state, before, _)| read_outbox(state, before),
    );
    let href = |of: Option<MailState>| {
        of.map_or("/outbox".to_owned(), |of| format!("/outbox?state={}", of.as_str()))
    };
    let all = [
        (None, "All"),
        (Some(MailState::Waiting), "Queued"),
        (Some(MailState::Failed), "Failed"),
        (Some(MailState::Sent), "Sent"),
        (Some(MailState::Dropped), "Not sent"),
    ];
    let lead = view! {
        "Emails to visitors and agents: queued, sent, and failed. Configure what is sent under "
        <a href="/inboxes">"Inboxes"</a>
        "."
    };
    view! {
        <SettingsPage
            title="Outbox"
            lead
            more=move || tabs("Emails", move || state.get(), all, href)
        >
            <Notice text=retry.refused(|_| true) />
            <Notice text=dropping.refused(|_| true) />
            {shown.show(
                "Couldn’t load the outbox",
                move |outbox| view! { <Mails outbox state before retry dropping /> },
            )}
        </SettingsPage>
    }
}

#[component]
fn Mails(
    outbox: Signal<Outbox>,
    state: Memo<Option<MailState>>,
    before: Memo<Option<MailId>>,
    retry: FormAction<RetryMail>,
    dropping: FormAction<DropMail>,
) -> impl IntoView {
    let trouble = ArcSignal::derive(move || {
        match outbox.get() {
        Outbox { is_on: false, .. } => Some("Email is off: no SMTP server is configured. Set PORCHLIGHT_SMTP_URL and PORCHLIGHT_MAIL_FROM to turn it on.".to_owned()),
        Outbox { trouble, .. } => {
            trouble.map(|trouble| format!("Sending is delayed (retrying): {trouble}"))
        }
    }
    });
    let mails = move || outbox.with(|outbox| outbox.mails.clone());
    let is_empty = move || outbox.with(|outbox| outbox.mails.is_empty());
    let empty = move || match state.get() {
        None => "No emails yet.",
        Some(MailState::Waiting) => "No queued emails.",
        Some(MailState::Failed) => "No failed emails.",
        Some(MailState::Sent) => "No emails sent yet.",
        Some(MailState::Dropped) => "No unsent emails.",
    };
    let page = move |before: Option<MailId>| {
        address(
            "/outbox",
            [("before", value_of(before)), ("state", value_of(state.get().map(MailState::as_str)))],
        )
    };
    let older =
        Signal::derive(move || outbox.with(|outbox| outbox.next).map(|next| page(Some(next))));
    let newest = Signal::derive(move || before.get().map(|_| page(None)));
    let row = move |mail| view! { <Line mail retry dropping /> };
    view! {
        <Notice text=trouble />
        <Card>
            {move || is_empty().then(|| view! { <p class="soft">{empty}</p> })}
            <ul class="plain mail-list">{each(mails, |mail: &MailLine| mail.id, row)}</ul>
            <Pager older newest />
        </Card>
    }
}

#[component]
fn Line(
    mail: MailLine,
    retry: FormAction<RetryMail>,
    dropping: FormAction<DropMail>,
) -> impl IntoView {
    let zone = Zone::get();
    let MailLine { id, kind, conversation, address, state, reason, attempts, .. } = mail;
    let (icon, class) = match state {
        MailState::Waiting => (lu::LuClock, "mail waits"),
        MailState::Sent => (lu::LuMailCheck, "mail sent"),
        MailState::Failed => (lu::LuMailWarning, "mail failed"),
        MailState::Dropped => (lu::LuMailX, "mail dropped"),
    };
    let when = move || match (state, mail.settled_at_ms) {
        (MailState::Waiting, _) => format!("Next attempt {}", zone.date_and_time(mail.due_at_ms)),
        (MailState::Sent, Some(at_ms)) => format!("Sent {}", zone.date_and_time(at_ms)),
        (MailState::Failed, Some(at_ms)) => format!("Failed {}", zone.date_and_time(at_ms)),
        (_, Some(at_ms)) => format!("Not sent {}", zone.date_and_time(at_ms)),
        (_, None) => String::new(),
    };
    let tries = (attempts > 1).then(|| format!(", after {attempts} attempts"));
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
                    {address.unwrap_or_else(|| "No recipient yet".to_owned())} " · " {when} {tries}
                </small>
                {why.map(|why| view! { <small class="why">{why}</small> })}
            </div>
            {conversation
                .map(|conversation| {
                    view! {
                        <a class="button small" href=format!("/conversations/{conversation}")>
                            "Open conversation"
                        </a>
                    }
                })}
            {is_open
                .then(|| {
                    view! {
                        <ButtonForm action=retry fields=vec![("id", id.to_string())]>
                            "Retry now"
                        </ButtonForm>
                        <ConfirmForm
                            action=dropping
                            fields=vec![("id", id.to_string())]
                            question="Discard this email?"
                            consequence="It won’t be sent. The conversation stays as it is."
                            confirm="Discard"
                        >
                            "Discard…"
                        </ConfirmForm>
                    }
                })}
        </li>
    }
}

/// Returns what an email is about, as text.
pub(crate) const fn title(kind: MailKind) -> &'static str {
    match kind {
        MailKind::NobodyAvailable => "Missed message (to team)",
        MailKind::Received => "Message received (to visitor)",
        MailKind::UnreadReply => "Unread reply (to visitor)",
        MailKind::Transcript => "Transcript (to visitor)",
        MailKind::Assigned => "Assigned to you (to agent)",
        MailKind::Mentioned => "Mentioned in a note (to agent)",
        MailKind::Waiting => "Visitor waiting (to agent)",
        MailKind::Escalation => "Overdue reply (to agent)",
        MailKind::Summary => "Daily summary (to agent)",
        MailKind::Invitation => "Invitation (to agent)",
        MailKind::Password => "Password reset (to agent)",
    }
}

/// Returns why an email was not sent, as text.
pub(crate) const fn why(kind: MailKind, reason: DropReason) -> &'static str {
    match (kind, reason) {
        (MailKind::Summary, DropReason::Done) => return "There was nothing to report.",
        (MailKind::Summary, DropReason::Late) => return "It was out of date.",
        (
            MailKind::Assigned
            | MailKind::Mentioned
            | MailKind::Waiting
            | MailKind::Escalation
            | MailKind::Summary,
            DropReason::Off,
        ) => return "The agent turned off these emails.",
        _ => {}
    }
    reason.sentence()
}
