//! How far an agent has read a conversation.

use protocol::{AgentId, ConversationId};

use super::column::table;

table! {
    "read_cursor" {
        #[sea_orm(primary_key, auto_increment = false)]
        conversation_id: ConversationId,
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: AgentId,
        seq: i64,
        visitor_messages: i64,
    }
}
