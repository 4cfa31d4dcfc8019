//! Conversations: the log, who may see which parts of it, and its projections.

mod change;
pub(crate) mod core;
mod cursor;
mod entry;
pub(crate) mod kind;
pub(crate) mod lifecycle;
mod list;
mod page;
mod read;
mod route;
mod send;
pub(crate) mod set;
mod summary;
mod text;
mod typing;
mod within;

pub(crate) use core::Sender;
pub use cursor::ListCursor;
pub use entry::{Audience, LogEntry};
pub(crate) use list::{condition, summaries};
pub use page::Page;
pub(crate) use page::seen;
pub use send::Draft;
pub(crate) use within::{hand_over, happened, lock, merge_open, tell_renamed};
