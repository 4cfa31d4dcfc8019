//! Which messages of a conversation went out or came in by email.

use protocol::{Body, DropReason, Entry, Event, MailKind, Seq, UnixMillis};

/// The outcome of an email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Sent,
    /// Will be retried; the reason it was delayed.
    Delayed(String),
    /// The mail server's answer.
    Failed(String),
    Dropped(DropReason),
}

/// An email, the range of messages in it, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mailed {
    pub(super) kind: MailKind,
    from: Seq,
    through: Seq,
    /// When the outcome was recorded, in milliseconds since 1970 (UTC).
    pub(super) at_ms: UnixMillis,
    pub(super) fate: Fate,
}

impl Mailed {
    /// Returns the emails that a log mentions, in order.
    pub(super) fn of(entries: &[Entry]) -> Vec<Self> {
        let mailed = |entry: &Entry| {
            let Body::Event { event } = &entry.body else { return None };
            let (mail, from, through, fate) = match event {
                Event::Mailed { mail, from, through } => (mail, from, through, Fate::Sent),
                Event::MailDelayed { mail, from, through, reason } => {
                    (mail, from, through, Fate::Delayed(reason.clone()))
                }
                Event::MailFailed { mail, from, through, reason } => {
                    (mail, from, through, Fate::Failed(reason.clone()))
                }
                Event::MailDropped { mail, from, through, reason } => {
                    (mail, from, through, Fate::Dropped(*reason))
                }
                _ => return None,
            };
            let (kind, from, through) = (*mail, *from, *through);
            Some(Self { kind, from, through, at_ms: entry.at_ms, fate })
        };
        entries.iter().filter_map(mailed).collect()
    }

    /// Returns the last email of a kind that included the message.
    pub(super) fn last_of(all: &[Self], kind: MailKind, seq: Seq) -> Option<Self> {
        let held = |one: &&Self| one.kind == kind && (one.from..=one.through).contains(&seq);
        all.iter().rev().find(held).cloned()
    }
}

/// The email that a message came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CameByMail {
    seq: Seq,
    /// The sender's address.
    pub(super) sender: String,
    /// The email's subject.
    pub(super) subject: Option<String>,
    /// Whether the email contains more than the message.
    pub(super) is_cut: bool,
    /// Whether the sender was not verified.
    pub(super) is_unchecked: bool,
}

impl CameByMail {
    /// Reads the event that says another entry came by email.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let Body::Event { event: Event::CameByMail { seq, sender, subject, is_cut, is_unchecked } } =
            &entry.body
        else {
            return None;
        };
        let (sender, subject) = (sender.clone(), subject.clone());
        let (is_cut, is_unchecked) = (*is_cut, is_unchecked.unwrap_or_default());
        Some(Self { seq: *seq, sender, subject, is_cut, is_unchecked })
    }

    /// Returns the email that a message came from, if any.
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
            prev: seq.previous(),
            at_ms: UnixMillis(seq.0 * 1_000),
            client_id: ClientId(uuid::Uuid::nil()),
            author: Author::System {},
            body: Body::Event { event },
            files: Files::NONE,
        };
        let mail = MailKind::UnreadReply;
        let reason = || "550 no".to_owned();
        let dropped = DropReason::Unsubscribed;
        let all = Mailed::of(&[
            entry(
                Seq(5),
                Event::MailDelayed { mail, from: Seq(2), through: Seq(4), reason: reason() },
            ),
            entry(
                Seq(6),
                Event::MailFailed { mail, from: Seq(2), through: Seq(3), reason: reason() },
            ),
            entry(Seq(7), Event::Resolved {}),
            entry(Seq(8), Event::Mailed { mail, from: Seq(3), through: Seq(3) }),
            entry(
                Seq(10),
                Event::MailDropped { mail, from: Seq(9), through: Seq(9), reason: dropped },
            ),
        ]);
        let check = |seq, expect: Option<(UnixMillis, Fate)>| {
            let found = Mailed::last_of(&all, mail, seq);
            assert_eq!(found.map(|one| (one.at_ms, one.fate)), expect, "{seq}");
        };
        check(Seq(1), None);
        check(Seq(2), Some((UnixMillis(6_000), Fate::Failed(reason()))));
        check(Seq(3), Some((UnixMillis(8_000), Fate::Sent)));
        check(Seq(4), Some((UnixMillis(5_000), Fate::Delayed(reason()))));
        check(Seq(9), Some((UnixMillis(10_000), Fate::Dropped(dropped))));
        assert_eq!(Mailed::last_of(&all, MailKind::NobodyAvailable, Seq(3)), None);
    }
}
