//! Describes the events of a conversation.

use leptos::prelude::*;
use protocol::{Author, Event, MailKind, UnixMillis};

use crate::live::Live;
use crate::outbox::why;
use crate::ui::{Clock, Zone};

/// An event, as an unobtrusive line between the messages.
#[component]
pub(super) fn EventLine(author: Author, event: Event, at_ms: UnixMillis) -> impl IntoView {
    let live = Live::get();
    let zone = Zone::get();
    let who = match &author {
        author if live.is_me(author) => "You".to_owned(),
        Author::Agent { name, .. } => name.clone(),
        Author::Visitor {} => "The visitor".to_owned(),
        Author::System {} => "Porchlight".to_owned(),
    };
    let text = move || {
        let until = |ms| zone.date_and_time(ms);
        sentence(&who, &author, &event, until)
    };
    view! {
        <p class="event">
            <span>{text}</span>
            <Clock at_ms />
        </p>
    }
}

fn sentence(
    who: &str,
    author: &Author,
    event: &Event,
    until: impl Fn(UnixMillis) -> String,
) -> String {
    match event {
        Event::Assigned { agent, name } => match author {
            Author::Agent { id, .. } if id == agent => {
                format!("{who} self-assigned the conversation")
            }
            _ => format!("{who} assigned the conversation to {name}"),
        },
        Event::Unassigned {} => format!("{who} unassigned the conversation"),
        Event::Resolved {} => format!("{who} resolved the conversation"),
        Event::Reopened {} => format!("{who} reopened the conversation"),
        Event::Archived {} => format!("{who} archived the conversation"),
        Event::Unarchived {} => format!("{who} unarchived the conversation"),
        Event::MarkedSpam {} => format!("{who} marked the conversation as spam"),
        Event::UnmarkedSpam {} => format!("{who} unmarked the conversation as spam"),
        Event::Snoozed { until_ms } => {
            format!("{who} snoozed the conversation until {}", until(*until_ms))
        }
        Event::Woken {} => "Snooze ended".to_owned(),
        Event::Labelled { label } => format!("{who} added the label {label}"),
        Event::Unlabelled { label } => format!("{who} removed the label {label}"),
        Event::Mailed { mail, .. } => match mail {
            MailKind::NobodyAvailable => "Missed message emailed to the team".to_owned(),
            MailKind::Received => "Confirmation emailed to the visitor".to_owned(),
            MailKind::Transcript => "Transcript emailed to the visitor".to_owned(),
            _ => "Unread replies emailed to the visitor".to_owned(),
        },
        Event::CameByMail { sender, .. } => format!("Message received by email from {sender}"),
        Event::MailDelayed { mail, reason, .. } => match mail {
            MailKind::NobodyAvailable => format!("Email to the team is delayed: {reason}"),
            _ => format!("Email to the visitor is delayed: {reason}"),
        },
        Event::MailDropped { mail, reason, .. } => match mail {
            MailKind::NobodyAvailable => {
                format!("No email was sent to the team. {}", why(*mail, *reason))
            }
            _ => format!("No email was sent to the visitor. {}", why(*mail, *reason)),
        },
        Event::MailFailed { mail, reason, .. } => match mail {
            MailKind::NobodyAvailable => format!("Email to the team failed: {reason}"),
            _ => format!("Email to the visitor failed: {reason}"),
        },
    }
}
