//! Inboxes: how each is put on a site.

mod calls;
mod page;

pub(crate) use page::InboxesPage;
