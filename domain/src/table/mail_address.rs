//! What an inbox knows about an email address: that it unsubscribed, or that it bounced. The inbox is nil for
//! emails to agents.

use protocol::{InboxId, UnixMillis};

use super::column::table;

table! {
    "mail_address" {
        #[sea_orm(primary_key, auto_increment = false)]
        inbox_id: InboxId,
        #[sea_orm(primary_key, auto_increment = false)]
        address: String,
        unsubscribed_at_ms: Option<UnixMillis>,
        bounced_at_ms: Option<UnixMillis>,
        bounce_reason: Option<String>,
    }
}
