//! A team.

use super::column::table;

table! {
    "team" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        name: String,
        routing: String,
        created_at_ms: i64,
    }
}
