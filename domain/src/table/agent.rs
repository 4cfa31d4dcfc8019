//! A member of the support team.

use protocol::{AgentId, Presence, UnixMillis};

use super::column::table;
use crate::agent::role::Role;

table! {
    "agent" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: AgentId,
        email: String,
        name: String,
        role: Role,
        password_hash: String,
        presence: Presence,
        capacity: Option<i32>,
        last_assigned_at_ms: UnixMillis,
        is_active: bool,
        /// Whether they see the conversations of all inboxes, or else only of those in `agent_inbox`.
        sees_all: bool,
        /// Logins of an earlier epoch are no longer valid.
        epoch: i32,
        /// The secret of their authenticator app, sealed.
        totp_secret: Option<String>,
        /// The time step of the last code that was accepted.
        totp_step: i64,
        created_at_ms: UnixMillis,
    }
}
