//! An agent's skill: a label whose conversations they can handle.

use protocol::{AgentId, LabelId};

use super::column::table;

table! {
    "agent_skill" {
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: AgentId,
        #[sea_orm(primary_key, auto_increment = false)]
        label_id: LabelId,
    }
}
