//! An outgoing email, queued or sent.

use protocol::{AgentId, ConversationId, InboxId, MailId, MailKind, MailState};

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
        from_seq: Option<i64>,
        through_seq: Option<i64>,
        message_id: Option<String>,
        state: MailState,
        reason: Option<String>,
        attempts: i32,
        due_at_ms: i64,
        begun_at_ms: Option<i64>,
        /// When it was first delayed. The delay is reported once.
        late_at_ms: Option<i64>,
        settled_at_ms: Option<i64>,
        created_at_ms: i64,
    }
}
