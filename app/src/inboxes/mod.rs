//! Inboxes and their settings.

mod blocks;
mod calls;
mod identity;
mod inbound;
mod kept;
mod mail;
mod page;
mod work;

pub(crate) use page::InboxesPage;
