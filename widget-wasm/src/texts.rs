//! What the chat says by itself, but for what never changes: that is in the page's template.

use alloc::string::String;

use protocol::{Attendance, ErrorCode, Event};

use crate::chat::Line;

pub(crate) const WAITING: &str = "Waiting for the connection…";
pub(crate) const SENDING: &str = "Sending…";
pub(crate) const SEEN: &str = " · Seen";
pub(crate) const TYPING: &str = " is writing…";
pub(crate) const QUEUE: &str = "All are busy. Your place in the queue: ";
pub(crate) const BACK: &str = ", from ";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const YOU: &str = "You";

/// The class of what is for ears only.
pub(crate) const UNSEEN: &str = "visually-hidden";

/// How the connection is: the dot's state, and what stands beside it while there is none.
pub(crate) fn of_dot(line: Line) -> (&'static str, &'static str) {
    match line {
        Line::Connecting => ("connecting", "Connecting…"),
        Line::Online => ("online", "Connected"),
        Line::Offline | Line::Refused(_) => ("offline", "Not connected"),
    }
}

/// Whether somebody answers.
pub(crate) fn of_attendance(attendance: Attendance) -> &'static str {
    match attendance {
        Attendance::Online => "We are here.",
        Attendance::Away => "We are away, and answer as soon as we can.",
        Attendance::Closed => "We are closed, and answer when we are back",
    }
}

/// What happened, as far as it concerns the visitor.
pub(crate) fn of_event(event: &Event) -> Option<String> {
    match event {
        Event::Assigned { name, .. } => Some([name, " is here to help"].concat()),
        Event::Resolved {} => Some("This was resolved. Write again at any time.".into()),
        _ => None,
    }
}

/// What stands under the head.
pub(crate) fn of_line(line: Line) -> &'static str {
    match line {
        Line::Connecting | Line::Online => "",
        Line::Offline => "No connection. What you write is kept and sent when it is back.",
        Line::Refused(ErrorCode::SiteNotAllowed) => {
            "This chat is not allowed on this site. (site_not_allowed)"
        }
        Line::Refused(ErrorCode::InboxUnknown) => {
            "This chat does not exist any more. (inbox_unknown)"
        }
        Line::Refused(ErrorCode::LinkInvalid) => {
            "This link is over. A newer mail has a newer one. (link_invalid)"
        }
        Line::Refused(ErrorCode::IdentityInvalid | ErrorCode::IdentityRequired) => {
            "The page can't prove who you are. (identity_required)"
        }
        Line::Refused(_) => "This chat can't be shown. Load the page again.",
    }
}

/// Why a message was not sent.
pub(crate) fn of_refusal(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::MessageTooLong => "Too long to send. ",
        _ => "Not sent. ",
    }
}
