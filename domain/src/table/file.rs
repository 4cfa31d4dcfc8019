//! An uploaded file. Its content is in the blob store.

use super::column::table;

table! {
    "file" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        place: Uuid,
        visitor_id: Option<Uuid>,
        inbox_id: Option<Uuid>,
        agent_id: Option<Uuid>,
        name: String,
        media_type: String,
        bytes: i64,
        width: Option<i64>,
        height: Option<i64>,
        is_stored: bool,
        conversation_id: Option<Uuid>,
        seq: Option<i64>,
        dropped_at_ms: Option<i64>,
        created_at_ms: i64,
    }
}
