//! How far an inbox's mailbox has been read.

use protocol::{InboxId, UnixMillis};

use super::column::table;

table! {
    "mailbox" {
        #[sea_orm(primary_key, auto_increment = false)]
        inbox_id: InboxId,
        uid_validity: Option<i64>,
        uid: Option<i64>,
        looked_at_ms: UnixMillis,
        trouble: Option<String>,
    }
}
