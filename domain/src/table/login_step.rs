//! An unfinished step of a login. Only a hash of the secret that the browser holds is stored.

use super::column::table;

table! {
    "login_step" {
        #[sea_orm(primary_key, auto_increment = false)]
        hash: String,
        kind: String,
        agent_id: Option<Uuid>,
        data: String,
        expires_at_ms: i64,
    }
}
