//! A conversation, with the projections of its log.

use protocol::{AgentId, ConversationId, InboxId, Status, TeamId, VisitorId};

use super::column::table;
use crate::conversation::kind::AuthorKind;

table! {
    "conversation" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ConversationId,
        inbox_id: InboxId,
        visitor_id: VisitorId,
        unresolved_visitor_id: Option<VisitorId>,
        page: Option<String>,
        status: Status,
        assignee_id: Option<AgentId>,
        team_id: Option<TeamId>,
        queued_at_ms: Option<i64>,
        archived_at_ms: Option<i64>,
        spam_at_ms: Option<i64>,
        snoozed_until_ms: Option<i64>,
        last_seq: i64,
        last_public_seq: i64,
        last_at_ms: i64,
        last_author_kind: AuthorKind,
        last_author_id: Option<AgentId>,
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
