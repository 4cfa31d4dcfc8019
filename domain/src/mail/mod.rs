//! Email: what is queued for whom, and its outcome. This is the outbox: an email is a row that is inserted in
//! the transaction that causes it, claimed with a lease, and finished by recording its outcome.
//!
//! Whether an email is still wanted is decided just before it is sent, in the transaction that claims it. That
//! transaction also decides which messages it contains; each retry sends them under the same `Message-ID`. This
//! module does not know how an email looks or how it is transmitted.

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
