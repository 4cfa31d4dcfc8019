//! Conversations: the log, who may see which parts of it, and its projections.

mod change;
mod entry;
pub(crate) mod kind;
pub(crate) mod lifecycle;
mod list;
mod log;
mod merge;
mod page;
mod read;
mod route;
mod send;
mod text;
mod typing;

pub use entry::{Audience, LogEntry};
pub use list::ListCursor;
pub(crate) use list::{condition, summaries};
pub(crate) use log::{happened, lock};
pub(crate) use merge::{hand_over, merge_open, tell_renamed};
pub use page::Page;
pub(crate) use page::seen;
pub use send::Draft;
pub(crate) use send::Sender;
