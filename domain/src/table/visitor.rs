//! A visitor of an inbox's sites, from their first message or verified identity on.

use protocol::{InboxId, UnixMillis, VisitorId};

use super::column::table;

table! {
    "visitor" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: VisitorId,
        inbox_id: InboxId,
        name: Option<String>,
        user_id: Option<String>,
        email: Option<String>,
        is_email_proven: bool,
        attributes: Option<String>,
        page: Option<String>,
        referrer: Option<String>,
        browser: Option<String>,
        language: Option<String>,
        time_zone: Option<String>,
        last_seen_at_ms: Option<UnixMillis>,
        created_at_ms: UnixMillis,
        /// Tokens of an earlier generation are no longer valid.
        token_gen: i32,
        /// What the site's server says about them, as JSON.
        vouched: Option<String>,
        /// A keyed hash of the network that they first came from.
        network: Option<String>,
        /// The words with which search finds them.
        words: Option<String>,
    }
}
