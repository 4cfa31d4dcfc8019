//! A team.

use protocol::{Routing, TeamId, UnixMillis};

use super::column::table;

table! {
    "team" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: TeamId,
        name: String,
        routing: Routing,
        created_at_ms: UnixMillis,
    }
}
