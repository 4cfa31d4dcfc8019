//! An agent's membership in a team.

use protocol::{AgentId, TeamId};

use super::column::table;

table! {
    "team_agent" {
        #[sea_orm(primary_key, auto_increment = false)]
        team_id: TeamId,
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: AgentId,
    }
}
