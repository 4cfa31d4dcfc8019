//! One entry of a conversation's log. Never updated, and deleted only when the whole conversation is erased.

use protocol::{AgentId, ClientId, ConversationId, Seq, UnixMillis};

use super::column::table;
use crate::conversation::kind::AuthorKind;
use crate::conversation::kind::EntryKind;

table! {
    "entry" {
        #[sea_orm(primary_key, auto_increment = false)]
        conversation_id: ConversationId,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: Seq,
        prev_public_seq: Seq,
        is_public: bool,
        kind: EntryKind,
        author_kind: AuthorKind,
        author_id: Option<AgentId>,
        author_name: Option<String>,
        text: String,
        client_id: ClientId,
        at_ms: UnixMillis,
        files: Option<String>,
    }
}
