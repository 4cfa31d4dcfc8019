//! A client's copy of one conversation.

use alloc::vec::Vec;

use crate::entry::{Author, Body, Entry};
use crate::seq::Seq;

/// The outcome of offering an entry to a [`Replica`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was the next entry, and was added.
    Appended,
    /// The replica already had it.
    Known,
    /// Entries before this one are missing: ask for what follows `after`.
    Gap {
        /// The last position that the replica has.
        after: Seq,
    },
}

/// A client's copy of one conversation: a run of entries without gaps.
///
/// It may lack the beginning (see [`Replica::prepend`]) and the end, but nothing in between. In whatever
/// order frames arrive, an entry is shown once and in its place, or not yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replica {
    entries: Vec<Entry>,
    /// The last position that the server has mentioned.
    head: Seq,
}

impl Replica {
    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The position of the last entry; 0 if there is none.
    #[must_use]
    pub fn last_seq(&self) -> Seq {
        self.entries.last().map_or(Seq::START, |entry| entry.seq)
    }

    /// Whether entries before the first one are missing.
    #[must_use]
    pub fn lacks_beginning(&self) -> bool {
        self.entries.first().is_some_and(|entry| entry.prev > Seq::START)
    }

    /// Records the head of the server's log. Returns the position to resume after, if the replica is
    /// behind.
    pub fn saw_head(&mut self, head: Seq) -> Option<Seq> {
        self.head = self.head.max(head);
        (self.head > self.last_seq()).then(|| self.last_seq())
    }

    /// Offers one entry.
    pub fn apply(&mut self, entry: Entry) -> Applied {
        let last = self.last_seq();
        if entry.seq <= last {
            return Applied::Known;
        }
        self.head = self.head.max(entry.seq);
        // An empty replica may start at any run only through `apply_page`.
        if entry.prev != last && !self.entries.is_empty() {
            return Applied::Gap { after: last };
        }
        if self.entries.is_empty() && entry.prev != Seq::START {
            return Applied::Gap { after: Seq::START };
        }
        self.entries.push(entry);
        Applied::Appended
    }

    /// Adds a page that the server sent as an answer. On an empty replica it may begin anywhere.
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

    /// Puts an older page before the first entry. A page that does not join is dropped.
    pub fn prepend(&mut self, page: Vec<Entry>) {
        let joins = match (page.last(), self.entries.first()) {
            (Some(last), Some(first)) => last.seq == first.prev,
            _ => false,
        };
        if joins {
            self.entries.splice(0..0, page);
        }
    }

    /// How many messages after `read` someone other than the visitor wrote.
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
    use crate::file::Files;
    use crate::{ClientId, UnixMillis};
    use proptest::prelude::*;

    fn entry(seq: Seq, prev: Seq) -> Entry {
        Entry {
            seq,
            prev,
            at_ms: UnixMillis(0),
            client_id: ClientId(uuid::Uuid::from_u128(seq.0.into())),
            author: Author::Visitor {},
            body: Body::Message { text: String::new() },
            files: Files::NONE,
        }
    }

    #[test]
    fn a_gap_names_the_last_position() {
        let mut replica = Replica::default();
        assert_eq!(replica.apply(entry(Seq(1), Seq::START)), Applied::Appended);
        assert_eq!(replica.apply(entry(Seq(1), Seq::START)), Applied::Known);
        assert_eq!(replica.apply(entry(Seq(4), Seq(2))), Applied::Gap { after: Seq(1) });
        assert_eq!(replica.saw_head(Seq(4)), Some(Seq(1)));
        // 3 is a note, which this audience may not see.
        assert_eq!(replica.apply_page(vec![entry(Seq(2), Seq(1)), entry(Seq(4), Seq(2))]), 2);
        assert_eq!(replica.saw_head(Seq(4)), None);
    }

    #[test]
    fn an_older_page_must_join() {
        let mut replica = Replica::default();
        replica.apply_page(vec![entry(Seq(7), Seq(5))]);
        assert!(replica.lacks_beginning());
        replica.prepend(vec![entry(Seq(3), Seq(2))]);
        assert_eq!(replica.entries().len(), 1);
        replica.prepend(vec![entry(Seq(1), Seq::START), entry(Seq(5), Seq(1))]);
        assert!(!replica.lacks_beginning());
        assert_eq!(replica.entries().len(), 3);
    }

    proptest! {
        /// Frames are lost, duplicated and reordered on their way. After the resumes that the replica asks
        /// for, it holds the whole log, once and in order.
        #[test]
        fn converges_whatever_the_network_does(
            length in 1_u64..40,
            frames in proptest::collection::vec(1_u64..40, 0..120),
        ) {
            let log: Vec<Entry> = (1..=length).map(|seq| entry(Seq(seq), Seq(seq - 1))).collect();
            let mut replica = Replica::default();
            for seq in frames.into_iter().filter(|seq| *seq <= length) {
                let _ = replica.apply(log[seq as usize - 1].clone());
            }
            while let Some(after) = replica.saw_head(Seq(length)) {
                let page = log.iter().skip(after.0 as usize).take(7).cloned().collect();
                replica.apply_page(page);
            }
            prop_assert_eq!(replica.entries(), &log[..]);
        }
    }
}
