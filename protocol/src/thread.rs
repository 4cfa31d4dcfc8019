//! A client's side of one conversation.

use alloc::vec::Vec;

use crate::entry::{Entry, Seq};
use crate::outbox::Outbox;
use crate::replica::{Applied, Replica};

/// What a client has of a conversation, and what it has sent to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// What it has.
    pub replica: Replica,
    /// What it has sent and not seen acknowledged.
    pub outbox: Outbox,
}

impl Thread {
    /// Takes one entry, of news or of an acknowledgement. Returns the position to resume after, if
    /// something before it is missing.
    pub fn take(&mut self, entry: Entry) -> Option<Seq> {
        self.outbox.settle(&entry);
        match self.replica.apply(entry) {
            Applied::Gap { after } => Some(after),
            Applied::Appended | Applied::Known => None,
        }
    }

    /// Takes a page that the server sent as an answer, and how far its log goes. Returns the
    /// position to resume after, if there is more.
    pub fn take_page(&mut self, head: Seq, page: Vec<Entry>) -> Option<Seq> {
        for entry in &page {
            self.outbox.settle(entry);
        }
        let progress = self.replica.apply_page(page) > 0;
        // Without progress the answer would be the same for ever.
        self.replica.saw_head(head).filter(|_| progress)
    }
}
