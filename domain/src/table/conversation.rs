//! A conversation, with the projections of its log.

use protocol::{AgentId, ConversationId, InboxId, Seq, Status, TeamId, UnixMillis, VisitorId};

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
        queued_at_ms: Option<UnixMillis>,
        archived_at_ms: Option<UnixMillis>,
        spam_at_ms: Option<UnixMillis>,
        snoozed_until_ms: Option<UnixMillis>,
        last_seq: Seq,
        last_public_seq: Seq,
        last_at_ms: UnixMillis,
        last_author_kind: AuthorKind,
        last_author_id: Option<AgentId>,
        last_author_name: Option<String>,
        preview: String,
        waiting_since_ms: Option<UnixMillis>,
        visitor_messages: i64,
        visitor_read_seq: Seq,
        team_read_seq: Seq,
        logged_at_ms: UnixMillis,
        created_at_ms: UnixMillis,
    }
}
