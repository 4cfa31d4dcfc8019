//! An identity provider (OpenID Connect) through which agents log in.

use protocol::ProviderId;

use super::column::table;

table! {
    "identity_provider" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ProviderId,
        name: String,
        issuer: String,
        client_id: String,
        /// Sealed.
        client_secret: String,
        /// Lists are stored as text, with one value per line.
        domains: String,
        role_claim: Option<String>,
        admin_values: String,
        agent_values: String,
    }
}
