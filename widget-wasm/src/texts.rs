//! The chat's texts, except the fixed ones: those are in the page's template.

use alloc::string::String;

use protocol::{Attendance, ErrorCode, Event};

use crate::chat::ConnectionState;

pub(crate) const WAITING: &str = "Waiting for connection…";
pub(crate) const SENDING: &str = "Sending…";
pub(crate) const SEEN: &str = " · Seen";
pub(crate) const TYPING: &str = " is typing…";
pub(crate) const QUEUE: &str = "Everyone is busy. Your place in line: ";
pub(crate) const BACK: &str = " Back ";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const YOU: &str = "You";

/// The class for text that only screen readers announce.
pub(crate) const UNSEEN: &str = "visually-hidden";

/// The state of the connection: the dot's state, and the text for it.
pub(crate) fn of_dot(connection: ConnectionState) -> (&'static str, &'static str) {
    match connection {
        ConnectionState::Connecting => ("connecting", "Connecting…"),
        ConnectionState::Online => ("online", "Connected"),
        ConnectionState::Offline | ConnectionState::Refused(_) => ("offline", "Not connected"),
    }
}

/// Whether anyone answers.
pub(crate) fn of_attendance(attendance: Attendance) -> &'static str {
    match attendance {
        Attendance::Online => "We're online",
        Attendance::Away => "We're away. We'll reply as soon as we can.",
        Attendance::Closed => "We're closed.",
    }
}

/// An event in words, if it concerns the visitor.
pub(crate) fn of_event(event: &Event) -> Option<String> {
    match event {
        Event::Assigned { name, .. } => Some([name, " is here to help"].concat()),
        Event::Resolved {} => Some("Marked as resolved. Write again anytime.".into()),
        _ => None,
    }
}

/// The banner under the chat's header.
pub(crate) fn of_connection(connection: ConnectionState) -> &'static str {
    match connection {
        ConnectionState::Connecting | ConnectionState::Online => "",
        ConnectionState::Offline => "You're offline. Messages will be sent when you reconnect.",
        ConnectionState::Refused(ErrorCode::SiteNotAllowed) => {
            "This chat isn't allowed on this site. (site_not_allowed)"
        }
        ConnectionState::Refused(ErrorCode::InboxUnknown) => {
            "This chat no longer exists. (inbox_unknown)"
        }
        ConnectionState::Refused(ErrorCode::LinkInvalid) => {
            "This link has expired. Use the latest email. (link_invalid)"
        }
        ConnectionState::Refused(ErrorCode::IdentityInvalid | ErrorCode::IdentityRequired) => {
            "We couldn't verify who you are. (identity_required)"
        }
        ConnectionState::Refused(_) => "This chat can't be shown. Reload the page.",
    }
}

/// Why a message was not sent.
pub(crate) fn of_refusal(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::MessageTooLong => "Too long to send. ",
        _ => "Not sent. ",
    }
}
