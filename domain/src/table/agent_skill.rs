//! An agent's skill: a label whose conversations they can handle.

use super::column::table;

table! {
    "agent_skill" {
        #[sea_orm(primary_key, auto_increment = false)]
        agent_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        label_id: Uuid,
    }
}
