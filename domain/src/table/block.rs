//! A block of a visitor, or of a whole network, who may no longer write.

use super::column::table;

table! {
    "block" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        inbox_id: Uuid,
        visitor_id: Option<Uuid>,
        network: Option<String>,
        name: String,
        agent_name: String,
        at_ms: i64,
        until_ms: Option<i64>,
    }
}
