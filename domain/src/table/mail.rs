//! An outgoing email, queued or sent.

use protocol::{AgentId, ConversationId, InboxId, MailId, MailKind, MailState, Seq, UnixMillis};

use super::column::table;

table! {
    "mail" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: MailId,
        kind: MailKind,
        inbox_id: Option<InboxId>,
        agent_id: Option<AgentId>,
        conversation_id: Option<ConversationId>,
        address: Option<String>,
        from_seq: Option<Seq>,
        through_seq: Option<Seq>,
        message_id: Option<String>,
        state: MailState,
        reason: Option<String>,
        attempts: i32,
        due_at_ms: UnixMillis,
        begun_at_ms: Option<UnixMillis>,
        /// When it was first delayed. The delay is reported once.
        late_at_ms: Option<UnixMillis>,
        settled_at_ms: Option<UnixMillis>,
        created_at_ms: UnixMillis,
    }
}
