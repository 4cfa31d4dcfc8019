//! Kinds and states of outgoing and inbound email.

use crate::json::words;

words! {
    /// The kind of an email.
    pub enum MailKind {
        /// To the team: a visitor wrote, and nobody was available.
        "nobody_available" => NobodyAvailable,
        /// To the visitor: their message has arrived.
        "received" => Received,
        /// To the visitor: replies that they have not read.
        "unread_reply" => UnreadReply,
        /// To the visitor: the whole conversation.
        "transcript" => Transcript,
        /// To an agent: a conversation was assigned to them.
        "assigned" => Assigned,
        /// To an agent: a note mentions them.
        "mentioned" => Mentioned,
        /// To an agent: a visitor of theirs waits for a reply.
        "waiting" => Waiting,
        /// To an agent: a conversation has had no reply for a long time.
        "escalation" => Escalation,
        /// To an agent: a daily summary of what is open.
        "summary" => Summary,
        /// To an agent: an invitation to set a password and log in.
        "invitation" => Invitation,
        /// To an agent: a link to set a new password.
        "password" => Password,
    }
}

words! {
    /// The state of an outgoing email.
    pub enum MailState {
        /// Queued, or waiting for a retry.
        "waiting" => Waiting,
        /// The mail server accepted it.
        "sent" => Sent,
        /// The mail server refused it, or could not be reached for days.
        "failed" => Failed,
        /// It was no longer needed, or not allowed.
        "dropped" => Dropped,
    }
}

words! {
    /// Why an email was not sent.
    pub enum DropReason {
        /// Everything in it was read.
        "read" => Read,
        /// Someone has replied.
        "answered" => Answered,
        /// An agent is available now, and sees it in the inbox.
        "somebody_came" => SomebodyCame,
        /// The conversation was archived.
        "archived" => Archived,
        /// The conversation was marked as spam.
        "spam" => Spam,
        /// The conversation was resolved.
        "resolved" => Resolved,
        /// There is no address to send it to.
        "no_address" => NoAddress,
        /// Turned off: the inbox or the agent wants no such email, or no mail server is set up.
        "off" => Off,
        /// The address has unsubscribed.
        "unsubscribed" => Unsubscribed,
        /// Email to this address bounces.
        "bounced" => Bounced,
        /// The address is no longer known to be the visitor's.
        "unproven" => Unproven,
        /// It goes to another address now.
        "readdressed" => Readdressed,
        /// The address or the inbox has reached its hourly limit.
        "capped" => Capped,
        /// An owner dropped it.
        "by_hand" => ByHand,
        /// What it asked for was done.
        "done" => Done,
        /// It is out of date: its link has expired, or a newer summary replaces it.
        "late" => Late,
        /// The agent it was for has left the team.
        "gone" => Gone,
    }
}

impl DropReason {
    /// Says it to people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Readdressed => "The address changed: the email goes to the new one.",
            Self::Read => "It was read in the meantime.",
            Self::Answered => "Someone replied in the meantime.",
            Self::SomebodyCame => "An agent is available now and sees it in the inbox.",
            Self::Archived => "The conversation was archived.",
            Self::Spam => "The conversation was marked as spam.",
            Self::Resolved => "The conversation was resolved.",
            Self::NoAddress => "There was no email address.",
            Self::Off => "Email is off for this inbox.",
            Self::Unsubscribed => "The recipient unsubscribed.",
            Self::Bounced => "Emails to this address bounce.",
            Self::Unproven => "The address is no longer known to be the visitor’s.",
            Self::Capped => "The hourly limit for this address or inbox was reached.",
            Self::ByHand => "It was discarded manually.",
            Self::Done => "It was no longer needed.",
            Self::Late => "Its link expired before the mail server accepted it.",
            Self::Gone => "The agent is no longer on the team.",
        }
    }
}

words! {
    /// The state of an inbound email.
    pub enum InboundState {
        /// Not read yet.
        "waiting" => Waiting,
        /// It became a message.
        "posted" => Posted,
        /// It waits for review by a person.
        "review" => Review,
        /// It was ignored: no person wrote it to us.
        "ignored" => Ignored,
        /// Someone dismissed it from review.
        "discarded" => Discarded,
    }
}

words! {
    /// Why an inbound email did not become a message.
    pub enum InboundReason {
        /// It names no sender, or several.
        "no_sender" => NoSender,
        /// It answers an email that went to someone else.
        "other_sender" => OtherSender,
        /// The receiving mail server says that its sender is forged.
        "forged" => Forged,
        /// It is a reply from an agent, and no mail server has verified the sender.
        "unchecked" => Unchecked,
        /// An agent wrote it to the inbox, not in reply to anything.
        "from_agent" => FromAgent,
        /// Its sender wrote too many within an hour.
        "too_many" => TooMany,
        /// It went to a mailing list.
        "list" => List,
        /// A program replied automatically.
        "auto_reply" => AutoReply,
        /// A read receipt.
        "read_receipt" => ReadReceipt,
        /// A report that an email was not delivered.
        "bounce" => Bounce,
        /// It came from an inbox's own address.
        "loop" => Loop,
        /// It has no text.
        "empty" => Empty,
        /// It is larger than allowed.
        "too_large" => TooLarge,
        /// It can't be parsed, or is built to exhaust its reader.
        "unreadable" => Unreadable,
        /// Its conversation accepts no such message.
        "refused" => Refused,
    }
}
