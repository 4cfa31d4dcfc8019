//! The outbox: mail that waits, that failed, that went out.

mod calls;
mod page;

pub(crate) use page::{OutboxPage, title, why};
