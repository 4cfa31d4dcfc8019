//! The inbox itself: the list of conversations, and one of them.

mod calls;
mod composer;
mod list;
mod log;
mod page;

pub(crate) use list::{ConversationsPage, NothingOpen};
pub(crate) use page::ConversationPage;
