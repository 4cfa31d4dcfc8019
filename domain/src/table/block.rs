//! A block of a visitor, or of a whole network, who may no longer write.

use protocol::{BlockId, InboxId, UnixMillis, VisitorId};

use super::column::table;

table! {
    "block" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: BlockId,
        inbox_id: InboxId,
        visitor_id: Option<VisitorId>,
        network: Option<String>,
        name: String,
        agent_name: String,
        at_ms: UnixMillis,
        until_ms: Option<UnixMillis>,
    }
}
