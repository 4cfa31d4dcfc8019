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
        /// To an agent: a conversation was given to them.
        "assigned" => Assigned,
        /// To an agent: a note names them.
        "mentioned" => Mentioned,
        /// To an agent: a visitor of theirs waits for an answer.
        "waiting" => Waiting,
        /// To an agent: a conversation had no answer for long.
        "escalation" => Escalation,
        /// To an agent: what is open, each day.
        "summary" => Summary,
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

words! {
    /// Why a mail was not sent.
    pub enum DropReason {
        /// All of it was read.
        "read" => Read,
        /// Somebody has answered.
        "answered" => Answered,
        /// Somebody is there now, who sees it in the inbox.
        "somebody_came" => SomebodyCame,
        /// The conversation was put away.
        "archived" => Archived,
        /// The conversation is settled.
        "resolved" => Resolved,
        /// There is nowhere to send it to.
        "no_address" => NoAddress,
        /// The inbox sends its visitors no mail, or the program none at all.
        "off" => Off,
        /// The address wants none.
        "unsubscribed" => Unsubscribed,
        /// The address takes none.
        "bounced" => Bounced,
        /// The address is not known to be the visitor's any more.
        "unproven" => Unproven,
        /// It goes to another address now.
        "readdressed" => Readdressed,
        /// The address, or the inbox, had enough for the hour.
        "capped" => Capped,
        /// An owner dropped it.
        "by_hand" => ByHand,
        /// What it asked for was done.
        "done" => Done,
        /// What it says is over by now.
        "late" => Late,
        /// Whom it was for is not part of the team any more.
        "gone" => Gone,
    }
}

words! {
    /// What became of a mail that came in.
    pub enum InboundState {
        /// It is to be read.
        "waiting" => Waiting,
        /// It is a message.
        "posted" => Posted,
        /// Somebody has to look at it.
        "review" => Review,
        /// It is nobody's word.
        "ignored" => Ignored,
        /// Somebody put it away.
        "discarded" => Discarded,
    }
}

words! {
    /// Why a mail that came in is no message.
    pub enum InboundReason {
        /// It does not say who it is from, or names several.
        "no_sender" => NoSender,
        /// It answers a mail that went to somebody else.
        "other_sender" => OtherSender,
        /// The server that took it in says that it is not from whom it says.
        "forged" => Forged,
        /// It is an agent's answer, and nobody says that it is from them.
        "unchecked" => Unchecked,
        /// An agent wrote it to the inbox, in answer to nothing.
        "from_agent" => FromAgent,
        /// Its sender wrote too many within an hour.
        "too_many" => TooMany,
        /// It went to many.
        "list" => List,
        /// A program answered by itself.
        "auto_reply" => AutoReply,
        /// A program says that a mail was read.
        "read_receipt" => ReadReceipt,
        /// It says that a mail did not arrive.
        "bounce" => Bounce,
        /// An inbox's own address wrote it.
        "loop" => Loop,
        /// Nothing is written in it.
        "empty" => Empty,
        /// It is longer than is taken.
        "too_large" => TooLarge,
        /// It can't be read, or is made to cost its reader dearly.
        "unreadable" => Unreadable,
        /// Its conversation takes no such message.
        "refused" => Refused,
    }
}
