//! What can happen to a conversation, besides that somebody writes.

use alloc::string::String;

use crate::entry::Seq;
use crate::id::AgentId;
use crate::json::tagged;
use crate::mail::{DropReason, MailKind};

tagged! {
    /// Something that happened to a conversation. The entry's author is who did it.
    pub enum Event: "kind" {
        /// An agent has it now.
        "assigned" => Assigned {
            /// Who.
            agent: AgentId,
            /// Their name at the time.
            name: String,
        },
        /// Nobody has it any more.
        "unassigned" => Unassigned {},
        /// It is settled.
        "resolved" => Resolved {},
        /// It goes on.
        "reopened" => Reopened {},
        /// It was put away.
        "archived" => Archived {},
        /// It was taken out again.
        "unarchived" => Unarchived {},
        /// It rests for a while.
        "snoozed" => Snoozed {
            /// Until when, in milliseconds since 1970 (UTC).
            until_ms: u64,
        },
        /// It rests no more.
        "woken" => Woken {},
        /// It was given a label.
        "labelled" => Labelled {
            /// The label's name at the time.
            label: String,
        },
        /// A label was taken off.
        "unlabelled" => Unlabelled {
            /// The label's name at the time.
            label: String,
        },
        /// Messages went out by mail.
        "mailed" => Mailed {
            /// What the mail is about.
            mail: MailKind,
            /// The position of the first message in it.
            from: Seq,
            /// The position of the last.
            through: Seq,
        },
        /// Messages could not go out by mail.
        "mail_failed" => MailFailed {
            /// What the mail was about.
            mail: MailKind,
            /// The position of the first message in it.
            from: Seq,
            /// The position of the last.
            through: Seq,
            /// What the mail server said.
            reason: String,
        },
        /// Messages did not go out by mail yet: it is tried again.
        "mail_delayed" => MailDelayed {
            /// What the mail is about.
            mail: MailKind,
            /// The position of the first message in it.
            from: Seq,
            /// The position of the last.
            through: Seq,
            /// What the mail server said.
            reason: String,
        },
        /// Messages do not go out by mail, though nobody has read them.
        "mail_dropped" => MailDropped {
            /// What the mail was about.
            mail: MailKind,
            /// The position of the first message in it.
            from: Seq,
            /// The position of the last.
            through: Seq,
            /// Why.
            reason: DropReason,
        },
        /// A message came by mail.
        "came_by_mail" => CameByMail {
            /// Its position.
            seq: Seq,
            /// The address that it came from.
            sender: String,
            /// The mail's subject.
            subject: Option<String>,
            /// Whether there is more to the mail than the message: quotes, a signature, files that were
            /// not taken.
            is_cut: bool,
            /// That nobody says that it is from whom it says.
            is_unchecked: Option<bool>,
        },
    }
}

impl Event {
    /// Whether the visitor is told of it: what concerns them, not how the team works.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Assigned { .. } | Self::Resolved {} | Self::Reopened {})
    }
}
