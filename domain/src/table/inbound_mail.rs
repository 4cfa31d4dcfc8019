//! An inbound email.

use protocol::{ConversationId, InboundId, InboundReason, InboundState, InboxId, Seq, UnixMillis};

use super::column::table;

table! {
    "inbound_mail" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: InboundId,
        inbox_id: InboxId,
        digest: String,
        state: InboundState,
        reason: Option<InboundReason>,
        allowed: Option<String>,
        sender: Option<String>,
        sender_name: Option<String>,
        subject: Option<String>,
        message_id: Option<String>,
        conversation_id: Option<ConversationId>,
        seq: Option<Seq>,
        whole: Option<String>,
        left_out: Option<String>,
        /// The result of the delivering provider's sender checks, in the format of `Authentication-Results`.
        checked: Option<String>,
        place: Option<Uuid>,
        bytes: i64,
        attempts: i32,
        due_at_ms: UnixMillis,
        at_ms: UnixMillis,
        settled_at_ms: Option<UnixMillis>,
    }
}
