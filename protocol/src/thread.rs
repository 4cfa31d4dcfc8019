//! A client's side of one conversation.

use alloc::vec::Vec;

use crate::entry::Entry;
use crate::replica::{Applied, Replica};
use crate::seq::Seq;
use crate::unsent::Unsent;

/// A client's copy of a conversation, and what it has sent to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// The copy.
    pub replica: Replica,
    /// What was sent and not acknowledged yet.
    pub unsent: Unsent,
}

impl Thread {
    /// Adds one new or acknowledged entry. Returns the position to resume after, if entries before it are
    /// missing.
    pub fn receive(&mut self, entry: Entry) -> Option<Seq> {
        self.unsent.acknowledge(&entry);
        match self.replica.apply(entry) {
            Applied::Gap { after } => Some(after),
            Applied::Appended | Applied::Known => None,
        }
    }

    /// Adds a page that the server sent as an answer; `head` is the last position of the server's log.
    /// Returns the position to resume after, if there is more.
    pub fn receive_page(&mut self, head: Seq, page: Vec<Entry>) -> Option<Seq> {
        for entry in &page {
            self.unsent.acknowledge(entry);
        }
        let progress = self.replica.apply_page(page) > 0;
        // Without progress the next answer would be the same, forever.
        self.replica.saw_head(head).filter(|_| progress)
    }
}
