//! An uploaded file. Its content is in the blob store.

use protocol::{AgentId, ConversationId, FileId, InboxId, Seq, UnixMillis, VisitorId};

use super::column::table;

table! {
    "file" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: FileId,
        place: Uuid,
        visitor_id: Option<VisitorId>,
        inbox_id: Option<InboxId>,
        agent_id: Option<AgentId>,
        name: String,
        media_type: String,
        bytes: i64,
        width: Option<i64>,
        height: Option<i64>,
        is_stored: bool,
        conversation_id: Option<ConversationId>,
        seq: Option<Seq>,
        dropped_at_ms: Option<UnixMillis>,
        created_at_ms: UnixMillis,
    }
}
