//! One site or brand.

use protocol::{InboxId, LabelId, Routing, TeamId, UnixMillis};

use super::column::table;

table! {
    "inbox" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: InboxId,
        key: String,
        name: String,
        allowed_sites: String,
        color: String,
        /// Sealed.
        secrets: String,
        requires_identity: bool,
        hours: Option<String>,
        time_zone: String,
        routing: Routing,
        team_id: Option<TeamId>,
        label_id: Option<LabelId>,
        mail_from: Option<String>,
        team_address: Option<String>,
        mails_visitors: bool,
        unread_wait_ms: i64,
        mails_an_hour: i32,
        inbound_address: Option<String>,
        keep_conversations_days: Option<i32>,
        keep_files_days: Option<i32>,
        keep_addresses_days: Option<i32>,
        keeps_queries: bool,
        created_at_ms: UnixMillis,
    }
}
