//! An access token of the API. Only its hash is stored.

use protocol::{AccessTokenId, AgentId, UnixMillis};

use super::column::table;

table! {
    "access_token" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: AccessTokenId,
        name: String,
        hash: String,
        scopes: String,
        agent_id: AgentId,
        created_at_ms: UnixMillis,
        last_used_at_ms: Option<UnixMillis>,
    }
}
