//! What happened to a conversation, in words.

use leptos::prelude::*;
use protocol::{Author, Event, MailKind};

use crate::live::Live;
use crate::outbox::why;
use crate::ui::{Clock, Zone};

/// One event, as a quiet line between the messages.
#[component]
pub(super) fn EventLine(author: Author, event: Event, at_ms: u64) -> impl IntoView {
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

fn sentence(who: &str, author: &Author, event: &Event, until: impl Fn(u64) -> String) -> String {
    match event {
        Event::Assigned { agent, name } => match author {
            Author::Agent { id, .. } if id == agent => format!("{who} took the conversation"),
            _ => format!("{who} assigned the conversation to {name}"),
        },
        Event::Unassigned {} => format!("{who} gave the conversation back"),
        Event::Resolved {} => format!("{who} resolved the conversation"),
        Event::Reopened {} => format!("{who} reopened the conversation"),
        Event::Archived {} => format!("{who} archived the conversation"),
        Event::Unarchived {} => format!("{who} restored the conversation"),
        Event::Snoozed { until_ms } => format!("{who} snoozed until {}", until(*until_ms)),
        Event::Woken {} => "The snooze ended".to_owned(),
        Event::Labelled { label } => format!("{who} added the label {label}"),
        Event::Unlabelled { label } => format!("{who} removed the label {label}"),
        Event::Mailed { mail, .. } => match mail {
            MailKind::NobodyAvailable => "The team was told by mail".to_owned(),
            MailKind::Received => "The visitor was told by mail that we got it".to_owned(),
            MailKind::Transcript => "A transcript went to the visitor by mail".to_owned(),
            _ => "What the visitor had not read went out by mail".to_owned(),
        },
        Event::CameByMail { sender, .. } => format!("A message came by mail from {sender}"),
        Event::MailDelayed { mail, reason, .. } => match mail {
            MailKind::NobodyAvailable => format!("The mail to the team is late: {reason}"),
            _ => format!("The mail to the visitor is late: {reason}"),
        },
        Event::MailDropped { mail, reason, .. } => match mail {
            MailKind::NobodyAvailable => {
                format!("The team was not told by mail. {}", why(*mail, *reason))
            }
            _ => format!("Nothing went to the visitor by mail. {}", why(*mail, *reason)),
        },
        Event::MailFailed { mail, reason, .. } => match mail {
            MailKind::NobodyAvailable => format!("The team could not be told by mail: {reason}"),
            _ => format!("The visitor could not be reached by mail: {reason}"),
        },
    }
}
