//! A label.

use super::column::table;

table! {
    "label" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        name: String,
        color: String,
        created_at_ms: i64,
    }
}
