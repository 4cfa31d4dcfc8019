//! An agent's identity at an identity provider.

use protocol::{AgentId, ProviderId};

use super::column::table;

table! {
    "agent_identity" {
        #[sea_orm(primary_key, auto_increment = false)]
        /// Hash of the provider, its issuer and the subject.
        hash: String,
        provider_id: ProviderId,
        agent_id: AgentId,
    }
}
