//! An agent's membership in a team.

use super::column::table;

table! {
    "team_agent" {
        #[sea_orm(primary_key, auto_increment = false)]
        team_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: Uuid,
    }
}
