//! A client's copy of one conversation.

use alloc::vec::Vec;

use crate::entry::{Author, Body, Entry, Seq};

/// What became of an entry that was offered to a [`Replica`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is the next one, and is there now.
    Appended,
    /// It was there already.
    Known,
    /// Something between the last entry and this one is missing: ask for what follows `after`.
    Gap {
        /// The last position the replica has.
        after: Seq,
    },
}

/// A client's copy of one conversation: a run of entries without a gap, up to the newest known.
///
/// It may lack a beginning (see [`Replica::prepend`]) and an end, but nothing in between: whatever
/// order frames come in, an entry is shown once, in its place, or not yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replica {
    entries: Vec<Entry>,
    /// The last position that the server has spoken of.
    head: Seq,
}

impl Replica {
    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The last position there is an entry for; 0 if there is none.
    #[must_use]
    pub fn last_seq(&self) -> Seq {
        self.entries.last().map_or(0, |entry| entry.seq)
    }

    /// Whether entries before the first one are missing.
    #[must_use]
    pub fn lacks_beginning(&self) -> bool {
        self.entries.first().is_some_and(|entry| entry.prev > 0)
    }

    /// Notes how far the server's log goes, and says from where to ask if that is further.
    pub fn saw_head(&mut self, head: Seq) -> Option<Seq> {
        self.head = self.head.max(head);
        (self.head > self.last_seq()).then(|| self.last_seq())
    }

    /// Takes one entry.
    pub fn apply(&mut self, entry: Entry) -> Applied {
        let last = self.last_seq();
        if entry.seq <= last {
            return Applied::Known;
        }
        self.head = self.head.max(entry.seq);
        // With nothing here yet any run may begin, wherever the server lets it begin.
        if entry.prev != last && !self.entries.is_empty() {
            return Applied::Gap { after: last };
        }
        if self.entries.is_empty() && entry.prev != 0 {
            return Applied::Gap { after: 0 };
        }
        self.entries.push(entry);
        Applied::Appended
    }

    /// Takes a page that the server sent as an answer. On an empty replica it may begin anywhere.
    ///
    /// Returns how many entries were new.
    pub fn apply_page(&mut self, page: Vec<Entry>) -> usize {
        let mut added = 0;
        for entry in page {
            if self.entries.is_empty() {
                self.head = self.head.max(entry.seq);
                self.entries.push(entry);
                added += 1;
            } else if self.apply(entry) == Applied::Appended {
                added += 1;
            }
        }
        added
    }

    /// Puts an older page before what is there. A page that does not join is dropped.
    pub fn prepend(&mut self, page: Vec<Entry>) {
        let joins = match (page.last(), self.entries.first()) {
            (Some(last), Some(first)) => last.seq == first.prev,
            _ => false,
        };
        if joins {
            self.entries.splice(0..0, page);
        }
    }

    /// How many messages after `read` were not written by the visitor.
    #[must_use]
    pub fn unread_by_visitor(&self, read: Seq) -> usize {
        let unread = |entry: &&Entry| {
            entry.author != Author::Visitor {} && matches!(entry.body, Body::Message { .. })
        };
        self.entries.iter().rev().take_while(|entry| entry.seq > read).filter(unread).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClientId;
    use crate::file::Files;
    use proptest::prelude::*;

    fn entry(seq: Seq, prev: Seq) -> Entry {
        Entry {
            seq,
            prev,
            at_ms: 0,
            client_id: ClientId(uuid::Uuid::from_u128(u128::from(seq))),
            author: Author::Visitor {},
            body: Body::Message { text: String::new() },
            files: Files::NONE,
        }
    }

    #[test]
    fn a_gap_names_the_last_position() {
        let mut replica = Replica::default();
        assert_eq!(replica.apply(entry(1, 0)), Applied::Appended);
        assert_eq!(replica.apply(entry(1, 0)), Applied::Known);
        assert_eq!(replica.apply(entry(4, 2)), Applied::Gap { after: 1 });
        assert_eq!(replica.saw_head(4), Some(1));
        // 3 is a note that this audience may not see.
        assert_eq!(replica.apply_page(vec![entry(2, 1), entry(4, 2)]), 2);
        assert_eq!(replica.saw_head(4), None);
    }

    #[test]
    fn an_older_page_must_join() {
        let mut replica = Replica::default();
        replica.apply_page(vec![entry(7, 5)]);
        assert!(replica.lacks_beginning());
        replica.prepend(vec![entry(3, 2)]);
        assert_eq!(replica.entries().len(), 1);
        replica.prepend(vec![entry(1, 0), entry(5, 1)]);
        assert!(!replica.lacks_beginning());
        assert_eq!(replica.entries().len(), 3);
    }

    proptest! {
        /// Frames lost, doubled and shuffled on their way: after the resumes that the replica asks
        /// for, it holds the whole log, once, in order.
        #[test]
        fn converges_whatever_the_network_does(
            length in 1_u64..40,
            frames in proptest::collection::vec(1_u64..40, 0..120),
        ) {
            let log: Vec<Entry> = (1..=length).map(|seq| entry(seq, seq - 1)).collect();
            let mut replica = Replica::default();
            for seq in frames.into_iter().filter(|seq| *seq <= length) {
                let _ = replica.apply(log[seq as usize - 1].clone());
            }
            while let Some(after) = replica.saw_head(length) {
                let page = log.iter().skip(after as usize).take(7).cloned().collect();
                replica.apply_page(page);
            }
            prop_assert_eq!(replica.entries(), &log[..]);
        }
    }
}
