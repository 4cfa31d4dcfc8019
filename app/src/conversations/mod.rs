//! The list of conversations, and the open conversation.

mod actions;
mod attach;
mod calls;
mod composer;
mod draft;
mod event;
mod files;
mod linked;
mod list;
mod log;
mod looked_for;
mod mailed;
mod menus;
mod page;
mod picked;
mod search;
mod side;
mod view;

pub(crate) use draft::provide_drafts;
pub(crate) use list::{ConversationsPage, NothingOpen};
pub(crate) use page::ConversationPage;
