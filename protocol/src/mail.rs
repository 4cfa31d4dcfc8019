//! Mail, as far as agents are told of it.

use crate::json::words;

words! {
    /// What a mail is about.
    pub enum MailKind {
        /// To the team: a visitor wrote, and nobody was there.
        "nobody_available" => NobodyAvailable,
        /// To the visitor: what they wrote has come in.
        "received" => Received,
        /// To the visitor: answers that they have not read.
        "unread_reply" => UnreadReply,
        /// To the visitor: all that was said.
        "transcript" => Transcript,
        /// To an agent: set a password, and come in.
        "invitation" => Invitation,
        /// To an agent: set another password.
        "password" => Password,
    }
}

words! {
    /// What became of a mail.
    pub enum MailState {
        /// It is to be sent, or tried again.
        "waiting" => Waiting,
        /// The mail server took it.
        "sent" => Sent,
        /// The mail server refused it, or could not be reached for days.
        "failed" => Failed,
        /// It was not needed any more, or not allowed.
        "dropped" => Dropped,
    }
}
