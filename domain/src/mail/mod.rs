//! Email: what is queued for whom, and its outcome. This is the outbox: an email is a row that is inserted in
//! the transaction that causes it, claimed with a lease, and finished by recording its outcome.
//!
//! Whether an email is still wanted is decided just before it is sent, in the transaction that claims it. That
//! transaction also decides which messages it contains; each retry sends them under the same `Message-ID`. This
//! module does not know how an email looks or how it is transmitted.

mod account;
mod claim;
mod content;
mod decide;
mod delivery;
mod drop;
mod inbound;
mod messages;
mod notify;
mod outbox;
mod outcome;
mod preference;
mod recipient;
mod row;
mod rules;
mod summary;
mod token;
mod transcript;

pub use account::OfAccount;
pub(crate) use account::enqueue_link;
pub use delivery::{Delivery, MailContent, OfConversation, QuotedMessage};
pub use inbound::{InboundMail, InboundPage, InboundText, Mailbox, Position, RawMail};
pub(crate) use inbound::{InboundMessage, claim, forget_senders, posted};
pub use outbox::{MailRow, OutboxPage};
pub use outcome::Outcome;
pub use preference::{Preference, PreferenceOf};
pub use recipient::AddressStatus;
pub(crate) use recipient::{OF_AGENTS, arrived, standing};
pub(crate) use row::new_row;
pub use rules::MailRules;
pub use summary::{OfSummary, Unanswered};
