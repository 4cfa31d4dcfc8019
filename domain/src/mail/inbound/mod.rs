//! Inbound email. It is stored before it is read, and read until its outcome is recorded. What it says becomes
//! a message only if it comes from someone who takes part in its conversation; everything else is stored for
//! someone to look at.

mod classify;
mod deliver;
mod headers;
mod ingest;
mod mailbox;
mod message;
mod posted;
mod process;
mod raw;
mod review;

pub use mailbox::{Mailbox, Position};
pub(crate) use message::InboundMessage;
pub(crate) use posted::{claim, posted};
pub use raw::RawMail;
pub(crate) use raw::forget_senders;
pub use review::{InboundMail, InboundPage, InboundText};
