//! A row of the audit log.

use protocol::{AgentId, UnixMillis};

use super::column::table;

table! {
    "audit" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        at_ms: UnixMillis,
        deed: String,
        actor_kind: String,
        actor_id: Option<AgentId>,
        actor_name: String,
        subject_id: Option<Uuid>,
        subject: Option<String>,
        address: Option<String>,
        browser: Option<String>,
    }
}
