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

impl Model {
    /// A conversation in which nothing has happened.
    pub(crate) fn begun(
        id: ConversationId,
        inbox: InboxId,
        visitor: VisitorId,
        now_ms: UnixMillis,
    ) -> Self {
        Self {
            id,
            inbox_id: inbox,
            visitor_id: visitor,
            unresolved_visitor_id: Some(visitor),
            page: None,
            status: Status::Open,
            assignee_id: None,
            team_id: None,
            queued_at_ms: None,
            archived_at_ms: None,
            spam_at_ms: None,
            snoozed_until_ms: None,
            last_seq: Seq::START,
            last_public_seq: Seq::START,
            last_at_ms: now_ms,
            last_author_kind: AuthorKind::Visitor,
            last_author_id: None,
            last_author_name: None,
            preview: String::new(),
            waiting_since_ms: None,
            visitor_messages: 0,
            visitor_read_seq: Seq::START,
            team_read_seq: Seq::START,
            logged_at_ms: now_ms,
            created_at_ms: now_ms,
        }
    }
}
