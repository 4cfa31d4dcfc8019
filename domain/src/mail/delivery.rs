//! A queued email that is due, with everything that its sender needs to know.

#[cfg(doc)]
use protocol::limits;
use protocol::{Author, ConversationId, MailId, MailKind, Seq, UnixMillis};

use super::account::OfAccount;
use super::summary::OfSummary;
use crate::inbox::Inbox;
use crate::visitor::Profile;

/// A claimed email, to be sent now.
#[derive(Clone)]
pub struct Delivery {
    /// Its id.
    pub id: MailId,
    /// The number of this attempt, starting at 1.
    pub attempt: u32,
    /// Its `Message-ID`, without the angle brackets. It is the same for each attempt.
    pub message_id: String,
    /// The `Message-ID`s of the conversation's earlier emails to and from this address, oldest first.
    pub thread: Vec<String>,
    /// The recipient's address.
    pub address: String,
    /// The `Reply-To` address, if replies can reach the conversation.
    pub reply_to: Option<String>,
    /// When it was first attempted, in milliseconds since 1970 (UTC).
    pub begun_at_ms: UnixMillis,
    /// What it is about.
    pub content: MailContent,
}

/// What an email is about.
#[derive(Clone)]
pub enum MailContent {
    /// To the team: a visitor wrote, and nobody was available.
    NobodyAvailable(Box<OfConversation>),
    /// To the visitor: their message was received.
    Received(Box<OfConversation>),
    /// To the visitor: replies that they have not read.
    UnreadReply(Box<OfConversation>),
    /// To the visitor: the transcript of the conversation.
    Transcript(Box<OfConversation>),
    /// To an agent: a conversation was assigned to them.
    Assigned(Box<OfConversation>),
    /// To an agent: a note mentions them.
    Mentioned(Box<OfConversation>),
    /// To an agent: a visitor is waiting for their reply.
    Waiting(Box<OfConversation>),
    /// To an agent: a conversation has had no reply for a long time.
    Escalation(Box<OfConversation>),
    /// To an agent: a summary of what is open.
    Summary(OfSummary),
    /// To an agent: an invitation to set a password and log in.
    Invitation(OfAccount),
    /// To an agent: a link to set a new password.
    Password(OfAccount),
}

impl MailContent {
    /// The conversation that it is about, if any.
    #[must_use]
    pub fn of_conversation(&self) -> Option<&OfConversation> {
        match self {
            Self::NobodyAvailable(of)
            | Self::Received(of)
            | Self::UnreadReply(of)
            | Self::Transcript(of)
            | Self::Assigned(of)
            | Self::Mentioned(of)
            | Self::Waiting(of)
            | Self::Escalation(of) => Some(of),
            Self::Summary(_) | Self::Invitation(_) | Self::Password(_) => None,
        }
    }

    /// The kind of email.
    #[must_use]
    pub const fn kind(&self) -> MailKind {
        match self {
            Self::NobodyAvailable(_) => MailKind::NobodyAvailable,
            Self::Received(_) => MailKind::Received,
            Self::UnreadReply(_) => MailKind::UnreadReply,
            Self::Transcript(_) => MailKind::Transcript,
            Self::Assigned(_) => MailKind::Assigned,
            Self::Mentioned(_) => MailKind::Mentioned,
            Self::Waiting(_) => MailKind::Waiting,
            Self::Escalation(_) => MailKind::Escalation,
            Self::Summary(_) => MailKind::Summary,
            Self::Invitation(_) => MailKind::Invitation,
            Self::Password(_) => MailKind::Password,
        }
    }
}

/// The content of an email about a conversation.
#[derive(Clone)]
pub struct OfConversation {
    /// The conversation's inbox.
    pub inbox: Inbox,
    /// The conversation.
    pub conversation: ConversationId,
    /// The conversation's visitor.
    pub visitor: Profile,
    /// The name to show for the visitor.
    pub visitor_name: String,
    /// The page that the conversation began on.
    pub page: Option<String>,
    /// The messages in it, oldest first: at most [`limits::MAIL_MESSAGES`], or [`limits::TRANSCRIPT_MESSAGES`].
    pub messages: Vec<QuotedMessage>,
    /// How many more messages there are.
    pub more: u64,
    /// Whether the visitor has only ever written by email and has no chat to open.
    pub is_by_mail: bool,
    /// The subject of such a visitor's last email.
    pub subject: Option<String>,
    /// A token that logs the reader in as the visitor until [`limits::MAIL_LINK_MS`] after the first attempt.
    pub login: String,
    /// A token that lets the reader choose whether they want more emails.
    pub preference: String,
}

/// One message in an email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedMessage {
    /// Its position in the conversation.
    pub seq: Seq,
    /// Who wrote it.
    pub author: Author,
    /// The beginning of its text: at most [`limits::MAIL_EXCERPT_CHARS`] characters, or
    /// [`limits::TRANSCRIPT_CHARS`] in a transcript. A reply to a visitor who has no chat to open is included
    /// in full.
    pub text: String,
    /// The names of the attached files.
    pub files: Vec<String>,
    /// When it was written, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
}
