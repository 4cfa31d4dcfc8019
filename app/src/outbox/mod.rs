//! The outbox: email that is queued, failed or sent.

mod calls;
mod page;

pub(crate) use page::{OutboxPage, title, why};
