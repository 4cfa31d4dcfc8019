//! The events of a conversation: what can happen to it, apart from messages and notes.

use alloc::string::String;

use crate::id::AgentId;
use crate::json::tagged;
use crate::mail::{DropReason, MailKind};
use crate::seq::Seq;
use crate::unix_millis::UnixMillis;

tagged! {
    /// Something that happened to a conversation. The entry's author did it.
    pub enum Event: "kind" {
        /// It was assigned to an agent.
        "assigned" => Assigned {
            /// Which agent.
            agent: AgentId,
            /// Their name at the time.
            name: String,
        },
        /// It is unassigned now.
        "unassigned" => Unassigned {},
        /// It was resolved.
        "resolved" => Resolved {},
        /// It was reopened.
        "reopened" => Reopened {},
        /// It was archived.
        "archived" => Archived {},
        /// It was restored from the archive.
        "unarchived" => Unarchived {},
        /// It was marked as spam.
        "marked_spam" => MarkedSpam {},
        /// It is not spam any more.
        "unmarked_spam" => UnmarkedSpam {},
        /// It was snoozed.
        "snoozed" => Snoozed {
            /// Until when, in milliseconds since 1970 (UTC).
            until_ms: UnixMillis,
        },
        /// The snooze ended.
        "woken" => Woken {},
        /// A label was added.
        "labelled" => Labelled {
            /// The label's name at the time.
            label: String,
        },
        /// A label was removed.
        "unlabelled" => Unlabelled {
            /// The label's name at the time.
            label: String,
        },
        /// Messages were sent by email.
        "mailed" => Mailed {
            /// The kind of email.
            mail: MailKind,
            /// The position of the first message in it.
            from: Seq,
            /// The position of the last.
            through: Seq,
        },
        /// An email with messages could not be delivered.
        "mail_failed" => MailFailed {
            /// The kind of email.
            mail: MailKind,
            /// The position of the first message in it.
            from: Seq,
            /// The position of the last.
            through: Seq,
            /// What the mail server said.
            reason: String,
        },
        /// An email with messages is delayed and will be tried again.
        "mail_delayed" => MailDelayed {
            /// The kind of email.
            mail: MailKind,
            /// The position of the first message in it.
            from: Seq,
            /// The position of the last.
            through: Seq,
            /// What the mail server said.
            reason: String,
        },
        /// Messages are not sent by email, though nobody has read them.
        "mail_dropped" => MailDropped {
            /// The kind of email.
            mail: MailKind,
            /// The position of the first message in it.
            from: Seq,
            /// The position of the last.
            through: Seq,
            /// Why.
            reason: DropReason,
        },
        /// A message came by email.
        "came_by_mail" => CameByMail {
            /// The message's position.
            seq: Seq,
            /// The address that it came from.
            sender: String,
            /// The email's subject.
            subject: Option<String>,
            /// Whether the email has more than the message: quotes, a signature, or files that were not
            /// accepted.
            is_cut: bool,
            /// `true` if the sender was not verified; absent otherwise.
            is_unchecked: Option<bool>,
        },
    }
}

impl Event {
    /// Whether the visitor sees it: only what concerns them, not how the team works.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Assigned { .. } | Self::Resolved {} | Self::Reopened {})
    }
}
