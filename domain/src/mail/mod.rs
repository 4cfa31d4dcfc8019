//! Mail: what is owed to whom, and what became of it. This is the outbox: a mail is a row that is
//! written in the transaction that causes it, taken with a lease, and settled with what came of it.
//!
//! Whether a mail is still wanted is decided when it is about to be sent, in the transaction that
//! takes it. Which messages it has is settled then, too: each further try sends them under the same
//! `Message-ID`. How a mail looks and travels is not known here.

mod account;
mod address;
mod decide;
mod inbound;
mod notify;
mod outbox;
mod owe;
mod owed;
mod settle;
mod summary;
mod take;
mod token;
mod transcript;

pub use account::OfAccount;
pub(crate) use account::owe_link;
pub use address::Preference;
pub use address::Standing;
pub(crate) use address::standing;
pub(crate) use inbound::{ByMail, claim, posted};
pub use inbound::{InboundMail, InboundPage, InboundText, Mailbox, Position};
pub(crate) use notify::{owe_assigned, owe_mentioned, owe_waiting};
pub use outbox::{MailRow, OutboxPage};
pub(crate) use owe::{owe_answer, owe_word};
pub use owed::{Matter, OfConversation, Owed, Said};
pub use settle::{Outcome, Retry};
pub use summary::{OfSummary, Unanswered};

use protocol::{MailKind, MailState};

use crate::error::{Error, Result};

/// Why a mail was not sent: a stable code, kept with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// All of it was read.
    Read,
    /// Somebody has answered.
    Answered,
    /// Somebody is there now, who sees it in the inbox.
    SomebodyCame,
    /// The conversation was put away.
    Archived,
    /// The conversation is settled.
    Resolved,
    /// There is nowhere to send it to.
    NoAddress,
    /// The inbox sends its visitors no mail, or the program none at all.
    Off,
    /// The address wants none.
    Unsubscribed,
    /// The address takes none.
    Bounced,
    /// The address is not known to be the visitor's any more.
    Unproven,
    /// The address, or the inbox, had enough for the hour.
    Capped,
    /// An owner dropped it.
    ByHand,
    /// What it asked for was done.
    Done,
    /// What it says is over by now.
    Late,
    /// Whom it was for is not part of the team any more.
    Gone,
}

impl Why {
    /// The code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Answered => "answered",
            Self::SomebodyCame => "somebody_came",
            Self::Archived => "archived",
            Self::Resolved => "resolved",
            Self::NoAddress => "no_address",
            Self::Off => "off",
            Self::Unsubscribed => "unsubscribed",
            Self::Bounced => "bounced",
            Self::Unproven => "unproven",
            Self::Capped => "capped",
            Self::ByHand => "by_hand",
            Self::Done => "done",
            Self::Late => "late",
            Self::Gone => "gone",
        }
    }

    /// Whether anybody wants to know that there was to be a mail.
    const fn is_worth_keeping(self) -> bool {
        !matches!(self, Self::NoAddress | Self::Off)
    }
}

fn kind_of(word: &str) -> Result<MailKind> {
    MailKind::parse(word).ok_or(Error::Corrupt("a mail's kind"))
}

fn state_of(word: &str) -> Result<MailState> {
    MailState::parse(word).ok_or(Error::Corrupt("a mail's state"))
}
