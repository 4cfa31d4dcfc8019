//! Where a conversation is in its life, and what follows from it: each rule once, as a predicate on a row and as a
//! query condition.
//!
//! A conversation is *resolved* or not. Independently of that, it may be *hidden* (archived, or spam) or *snoozed*. What
//! is neither resolved, hidden nor snoozed is *active*: it wants somebody's attention now.

use protocol::{DropReason, MailKind, Status};
use sea_orm::Condition;

use crate::table::conversation::{COLUMN, Model};

/// Whether it was resolved, and the visitor has not written since.
pub(crate) fn is_resolved(row: &Model) -> bool {
    row.status == Status::Resolved
}

/// Whether it was marked as spam. Unlike an archived one, it stays hidden when its visitor writes, and causes no email.
pub(crate) fn is_spam(row: &Model) -> bool {
    row.spam_at_ms.is_some()
}

/// Whether what happens in it causes email.
pub(super) fn causes_email(row: &Model) -> bool {
    !is_spam(row)
}

/// Whether a message of its visitor brings it back, whatever state it is in.
pub(super) fn revives(row: &Model) -> bool {
    !is_spam(row)
}

/// Whether it is out of sight until it is restored: archived, or spam.
pub(crate) fn is_hidden(row: &Model) -> bool {
    row.archived_at_ms.is_some() || is_spam(row)
}

/// Whether it is snoozed.
pub(super) fn is_snoozed(row: &Model) -> bool {
    row.snoozed_until_ms.is_some()
}

/// Whether it wants somebody's attention now. Only such a conversation is routed.
pub(super) fn is_active(row: &Model) -> bool {
    !is_resolved(row) && !is_hidden(row) && !is_snoozed(row)
}

/// The conversations for which [`is_resolved`] is false.
pub(crate) fn unresolved() -> Condition {
    Condition::all().add(COLUMN.status.ne(Status::Resolved))
}

/// The conversations for which [`is_hidden`] is false.
pub(crate) fn visible() -> Condition {
    Condition::all().add(COLUMN.archived_at_ms.is_null()).add(COLUMN.spam_at_ms.is_null())
}

/// The conversations that are not archived. Spam can be archived, too: then it does not come back by itself once it is
/// no longer marked.
pub(crate) fn unarchived() -> Condition {
    Condition::all().add(COLUMN.archived_at_ms.is_null())
}

/// The conversations of agents that [`is_active`]: an agent's room is counted by them.
pub(super) fn active_and_assigned() -> Condition {
    // By name, so that the index on the status is used.
    Condition::all()
        .add(COLUMN.status.eq(Status::Assigned))
        .add(visible())
        .add(COLUMN.snoozed_until_ms.is_null())
}

/// Why no email about it is sent any more, if so. A transcript was asked for, and goes out whatever has become of the
/// conversation; an unread reply and a mention matter in a resolved one, too.
pub(crate) fn drop_reason(row: &Model, kind: MailKind) -> Option<DropReason> {
    let outlasts_resolving = matches!(kind, MailKind::UnreadReply | MailKind::Mentioned);
    match kind {
        MailKind::Transcript => None,
        _ if is_spam(row) => Some(DropReason::Spam),
        _ if row.archived_at_ms.is_some() => Some(DropReason::Archived),
        _ if is_resolved(row) && !outlasts_resolving => Some(DropReason::Resolved),
        _ => None,
    }
}

/// Why an email was dropped that nobody needed any more.
pub(super) const NEEDLESS: [DropReason; 5] = [
    DropReason::SomebodyCame,
    DropReason::Answered,
    DropReason::Resolved,
    DropReason::Archived,
    DropReason::Spam,
];
