//! A label.

use protocol::{LabelId, UnixMillis};

use super::column::table;

table! {
    "label" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: LabelId,
        name: String,
        color: String,
        created_at_ms: UnixMillis,
    }
}
