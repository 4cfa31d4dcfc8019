//! The revision of what is kept in memory: see [`crate::directory`]. One row.

use super::column::table;

table! {
    "directory" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: i32,
        revision: i64,
    }
}
