//! How far an agent has read a conversation.

use protocol::{AgentId, ConversationId, Seq};

use super::column::table;

table! {
    "read_cursor" {
        #[sea_orm(primary_key, auto_increment = false)]
        conversation_id: ConversationId,
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: AgentId,
        seq: Seq,
        visitor_messages: i64,
    }
}
