//! An inbox that an agent may see, if they may not see all.

use protocol::{AgentId, InboxId};

use super::column::table;

table! {
    "agent_inbox" {
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: AgentId,
        #[sea_orm(primary_key, auto_increment = false)]
        inbox_id: InboxId,
    }
}
