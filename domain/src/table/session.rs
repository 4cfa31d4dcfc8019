//! An agent's login. Only a hash of the secret that the browser holds is stored.

use protocol::{AgentId, LoginId, UnixMillis};

use super::column::table;

table! {
    "session" {
        #[sea_orm(primary_key, auto_increment = false)]
        hash: String,
        id: LoginId,
        agent_id: AgentId,
        epoch: i32,
        data: String,
        address: String,
        browser: Option<String>,
        began_at_ms: UnixMillis,
        seen_at_ms: UnixMillis,
        expires_at_ms: UnixMillis,
    }
}
