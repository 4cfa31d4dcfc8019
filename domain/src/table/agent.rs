//! A member of the support team.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: String,
    pub name: String,
    pub role: String,
    pub password_hash: String,
    pub presence: String,
    pub capacity: Option<i32>,
    pub last_assigned_at_ms: i64,
    pub is_active: bool,
    /// Whether they see the conversations of all inboxes, or else only of those in `agent_inbox`.
    pub sees_all: bool,
    /// Logins of an earlier epoch are no longer valid.
    pub epoch: i32,
    /// The secret of their authenticator app, sealed.
    pub totp_secret: Option<String>,
    /// The time step of the last code that was accepted.
    pub totp_step: i64,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
