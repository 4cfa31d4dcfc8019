//! A single row, locked so that only one queued email is claimed at a time.

use super::column::table;

table! {
    "mail_gate" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: i32,
    }
}
