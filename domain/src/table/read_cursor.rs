//! How far an agent has read a conversation.

use super::column::table;

table! {
    "read_cursor" {
        #[sea_orm(primary_key, auto_increment = false)]
        conversation_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: Uuid,
        seq: i64,
        visitor_messages: i64,
    }
}
