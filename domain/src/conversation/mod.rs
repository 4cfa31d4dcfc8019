//! Conversations: the log, who may see what of it, and the projections kept beside it.

mod entry;
mod list;
mod page;
mod read;
mod send;
mod text;

pub use entry::{Audience, LogEntry};
pub use page::Page;
