//! An unfinished step of a login. Only a hash of the secret that the browser holds is stored.

use protocol::{AgentId, UnixMillis};

use super::column::table;
use crate::login::step_kind::StepKind;

table! {
    "login_step" {
        #[sea_orm(primary_key, auto_increment = false)]
        hash: String,
        kind: StepKind,
        agent_id: Option<AgentId>,
        data: String,
        expires_at_ms: UnixMillis,
    }
}
