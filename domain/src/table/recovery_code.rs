//! The hash of a recovery code, which replaces a second factor once.

use protocol::AgentId;

use super::column::table;

table! {
    "recovery_code" {
        #[sea_orm(primary_key, auto_increment = false)]
        hash: String,
        agent_id: AgentId,
    }
}
