//! A conversation, with the projections of its log.

use super::column::table;

table! {
    "conversation" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        inbox_id: Uuid,
        visitor_id: Uuid,
        unresolved_visitor_id: Option<Uuid>,
        page: Option<String>,
        status: String,
        assignee_id: Option<Uuid>,
        team_id: Option<Uuid>,
        queued_at_ms: Option<i64>,
        archived_at_ms: Option<i64>,
        spam_at_ms: Option<i64>,
        snoozed_until_ms: Option<i64>,
        last_seq: i64,
        last_public_seq: i64,
        last_at_ms: i64,
        last_author_kind: String,
        last_author_id: Option<Uuid>,
        last_author_name: Option<String>,
        preview: String,
        waiting_since_ms: Option<i64>,
        visitor_messages: i64,
        visitor_read_seq: i64,
        team_read_seq: i64,
        logged_at_ms: i64,
        created_at_ms: i64,
    }
}
