//! Which messages of a conversation went by mail.

use protocol::{Body, Entry, Event, MailKind, Seq};

/// What became of a mail, and of which messages it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mailed {
    kind: MailKind,
    from: Seq,
    through: Seq,
    /// When it was sent, or given up, in milliseconds since 1970 (UTC).
    pub(super) at_ms: u64,
    /// Why it failed, if it did.
    pub(super) failed: Option<String>,
}

impl Mailed {
    /// The mails that a log tells of, in order.
    pub(super) fn of(entries: &[Entry]) -> Vec<Self> {
        let mailed = |entry: &Entry| {
            let Body::Event { event } = &entry.body else { return None };
            let (mail, from, through, failed) = match event {
                Event::Mailed { mail, from, through } => (mail, from, through, None),
                Event::MailFailed { mail, from, through, reason } => {
                    (mail, from, through, Some(reason.clone()))
                }
                _ => return None,
            };
            let (kind, from, through) = (*mail, *from, *through);
            Some(Self { kind, from, through, at_ms: entry.at_ms, failed })
        };
        entries.iter().filter_map(mailed).collect()
    }

    /// The last mail of a kind that a message was in.
    pub(super) fn last_of(all: &[Self], kind: MailKind, seq: Seq) -> Option<Self> {
        let held = |one: &&Self| one.kind == kind && (one.from..=one.through).contains(&seq);
        all.iter().rev().find(held).cloned()
    }
}

/// That a message came by mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CameByMail {
    seq: Seq,
    /// The address that it came from.
    pub(super) sender: String,
    /// The mail's subject.
    pub(super) subject: Option<String>,
    /// Whether there is more to the mail than the message.
    pub(super) is_cut: bool,
}

impl CameByMail {
    /// What an entry says of another, if it is about a mail that came in.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let Body::Event { event: Event::CameByMail { seq, sender, subject, is_cut } } = &entry.body
        else {
            return None;
        };
        let (sender, subject) = (sender.clone(), subject.clone());
        Some(Self { seq: *seq, sender, subject, is_cut: *is_cut })
    }

    /// How a message came, if it was by mail.
    pub(super) fn find(all: &[Self], seq: Seq) -> Option<Self> {
        all.iter().find(|one| one.seq == seq).cloned()
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Author, ClientId, Files};

    use super::*;

    #[test]
    fn a_message_has_the_mark_of_its_last_mail() {
        let entry = |seq, event| Entry {
            seq,
            prev: seq - 1,
            at_ms: seq * 1_000,
            client_id: ClientId(uuid::Uuid::nil()),
            author: Author::System {},
            body: Body::Event { event },
            files: Files::NONE,
        };
        let mail = MailKind::UnreadReply;
        let reason = "550 no".to_owned();
        let all = Mailed::of(&[
            entry(4, Event::MailFailed { mail, from: 2, through: 3, reason }),
            entry(5, Event::Resolved {}),
            entry(6, Event::Mailed { mail, from: 3, through: 3 }),
        ]);
        let check = |seq, expect: Option<(u64, bool)>| {
            let found = Mailed::last_of(&all, mail, seq);
            assert_eq!(found.map(|one| (one.at_ms, one.failed.is_some())), expect, "{seq}");
        };
        check(1, None);
        check(2, Some((4_000, true)));
        check(3, Some((6_000, false)));
        assert_eq!(Mailed::last_of(&all, MailKind::NobodyAvailable, 3), None);
    }
}
