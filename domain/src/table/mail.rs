//! An outgoing email, queued or sent.

use super::column::table;

table! {
    "mail" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        kind: String,
        inbox_id: Option<Uuid>,
        agent_id: Option<Uuid>,
        conversation_id: Option<Uuid>,
        address: Option<String>,
        from_seq: Option<i64>,
        through_seq: Option<i64>,
        message_id: Option<String>,
        state: String,
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
