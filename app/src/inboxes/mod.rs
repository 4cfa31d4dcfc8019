//! Inboxes and their settings.

mod blocks;
mod calls;
mod identity;
mod inbound;
mod mail;
mod page;
mod retention;
mod work;

pub(crate) use page::InboxesPage;
