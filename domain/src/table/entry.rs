//! One entry of a conversation's log. Never updated, and deleted only when the whole conversation is erased.

use super::column::table;

table! {
    "entry" {
        #[sea_orm(primary_key, auto_increment = false)]
        conversation_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        prev_public_seq: i64,
        is_public: bool,
        kind: String,
        author_kind: String,
        author_id: Option<Uuid>,
        author_name: Option<String>,
        text: String,
        client_id: Uuid,
        at_ms: i64,
        files: Option<String>,
    }
}
