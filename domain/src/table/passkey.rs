//! An agent's passkey: its public key and metadata.

use protocol::{AgentId, PasskeyId, UnixMillis};

use super::column::table;

table! {
    "passkey" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: PasskeyId,
        agent_id: AgentId,
        /// SHA-256 of the credential id from the authenticator.
        credential_hash: String,
        name: String,
        data: String,
        created_at_ms: UnixMillis,
        used_at_ms: Option<UnixMillis>,
    }
}
