//! Mail: what is owed to whom, and what became of it. This is the outbox: a mail is a row that is
//! written in the transaction that causes it, taken with a lease, and settled with what came of it.
//!
//! Whether a mail is still wanted is decided when it is about to be sent, in the transaction that
//! takes it. Which messages it has is settled then, too: each further try sends them under the same
//! `Message-ID`. How a mail looks and travels is not known here.

mod account;
mod address;
mod decide;
mod drop;
mod inbound;
mod messages;
mod notify;
mod outbox;
mod owe;
mod owed;
mod preference;
mod rules;
mod settle;
mod summary;
mod take;
mod token;
mod transcript;

pub use account::OfAccount;
pub(crate) use account::owe_link;
pub use address::Standing;
pub(crate) use address::{OF_AGENTS, arrived, standing};
pub(crate) use inbound::{ByMail, claim, forget_senders, posted};
pub use inbound::{InboundMail, InboundPage, InboundText, Mailbox, Position, RawMail};
pub(crate) use notify::{owe_assigned, owe_mentioned, owe_waiting};
pub use outbox::{MailRow, OutboxPage};
pub(crate) use owe::{owe_answer, owe_received, owe_word};
pub use owed::{Matter, OfConversation, Owed, Said};
pub use preference::{Preference, PreferenceOf};
pub use rules::MailRules;
pub use settle::Outcome;
pub use summary::{OfSummary, Unanswered};

use protocol::{MailKind, MailState};

use crate::error::{Error, Result};

fn kind_of(word: &str) -> Result<MailKind> {
    MailKind::parse(word).ok_or(Error::Corrupt("a mail's kind"))
}

fn state_of(word: &str) -> Result<MailState> {
    MailState::parse(word).ok_or(Error::Corrupt("a mail's state"))
}
