//! Which emails an agent wants.

use protocol::AgentId;

use super::column::table;

table! {
    "agent_mail" {
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: AgentId,
        assigned: bool,
        mentioned: bool,
        waiting: bool,
        escalation_ms: Option<i64>,
        summary_at: Option<i32>,
        time_zone: String,
        summarized_on: Option<String>,
    }
}
