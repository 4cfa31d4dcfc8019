//! The row of a new email.

use protocol::{MailId, MailKind, MailState, UnixMillis};
use sea_orm::ActiveValue::Set;

use crate::ambient::Ambient;
use crate::table::mail;

/// The row of an email that has not been attempted.
pub(crate) fn new_row(
    ambient: &Ambient,
    kind: MailKind,
    due_at_ms: UnixMillis,
) -> mail::ActiveModel {
    mail::ActiveModel {
        id: Set(MailId(ambient.uuid())),
        kind: Set(kind),
        inbox_id: Set(None),
        agent_id: Set(None),
        conversation_id: Set(None),
        address: Set(None),
        from_seq: Set(None),
        through_seq: Set(None),
        message_id: Set(None),
        state: Set(MailState::Waiting),
        reason: Set(None),
        attempts: Set(0),
        due_at_ms: Set(due_at_ms),
        begun_at_ms: Set(None),
        late_at_ms: Set(None),
        settled_at_ms: Set(None),
        created_at_ms: Set(ambient.now_ms()),
    }
}
