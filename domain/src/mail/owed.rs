//! A mail that is to be sent: what whoever sends it has to know.

#[cfg(doc)]
use protocol::limits;
use protocol::{Author, ConversationId, MailId, MailKind, Seq};

use super::account::OfAccount;
use super::summary::OfSummary;
use crate::inbox::Inbox;
use crate::visitor::Profile;

/// A mail that is to be sent now, by whoever has this.
#[derive(Clone)]
pub struct Owed {
    /// Which.
    pub id: MailId,
    /// Which try this is, from 1 on.
    pub attempt: u32,
    /// Its `Message-ID`, without the brackets: the same with each try.
    pub message_id: String,
    /// The same of the mails of its conversation that went to the address before, oldest first.
    pub thread: Vec<String>,
    /// Where it goes.
    pub address: String,
    /// Where answers to it go, if they reach the conversation.
    pub reply_to: Option<String>,
    /// When it was first tried, in milliseconds since 1970 (UTC).
    pub begun_at_ms: u64,
    /// What it is about.
    pub matter: Matter,
}

/// What a mail is about.
#[derive(Clone)]
pub enum Matter {
    /// To the team: a visitor wrote, and nobody was there.
    NobodyAvailable(Box<OfConversation>),
    /// To the visitor: what they wrote has come in.
    Received(Box<OfConversation>),
    /// To the visitor: answers that they have not read.
    UnreadReply(Box<OfConversation>),
    /// To the visitor: all that was said.
    Transcript(Box<OfConversation>),
    /// To an agent: a conversation was given to them.
    Assigned(Box<OfConversation>),
    /// To an agent: a note names them.
    Mentioned(Box<OfConversation>),
    /// To an agent: a visitor of theirs waits for an answer.
    Waiting(Box<OfConversation>),
    /// To an agent: a conversation had no answer for long.
    Escalation(Box<OfConversation>),
    /// To an agent: what is open.
    Summary(OfSummary),
    /// To an agent: set a password, and come in.
    Invitation(OfAccount),
    /// To an agent: set another password.
    Password(OfAccount),
}

impl Matter {
    /// The conversation, if it is about one.
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

    /// What kind of mail it is.
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

/// What a mail about a conversation says.
#[derive(Clone)]
pub struct OfConversation {
    /// Whose it is.
    pub inbox: Inbox,
    /// Which conversation.
    pub conversation: ConversationId,
    /// The conversation's visitor.
    pub visitor: Profile,
    /// What to call them.
    pub visitor_name: String,
    /// The page that the conversation began on.
    pub page: Option<String>,
    /// The messages in it, oldest first: at most [`limits::MAIL_MESSAGES`], or [`limits::TRANSCRIPT_MESSAGES`].
    pub messages: Vec<Said>,
    /// How many more there are.
    pub more: u64,
    /// Whether the visitor has only ever written mail, and has no chat to look at.
    pub is_by_mail: bool,
    /// The subject of the last mail of such a visitor.
    pub subject: Option<String>,
    /// Logs its reader in as the visitor, for a while: [`limits::MAIL_LINK_MS`] from when it was first tried.
    pub login: String,
    /// Lets its reader say whether they want more.
    pub preference: String,
}

/// One message in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its position.
    pub seq: Seq,
    /// Who wrote it.
    pub author: Author,
    /// How it begins: at most [`limits::MAIL_EXCERPT_CHARS`], or [`limits::TRANSCRIPT_CHARS`]; all of an answer to
    /// who has no chat to look at.
    pub text: String,
    /// The names of the files that it carries.
    pub files: Vec<String>,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
}
