//! An outgoing email, queued or sent.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub inbox_id: Option<Uuid>,
    pub agent_id: Option<Uuid>,
    pub conversation_id: Option<Uuid>,
    pub address: Option<String>,
    pub from_seq: Option<i64>,
    pub through_seq: Option<i64>,
    pub message_id: Option<String>,
    pub state: String,
    pub reason: Option<String>,
    pub attempts: i32,
    pub due_at_ms: i64,
    pub begun_at_ms: Option<i64>,
    /// When it was first delayed. The delay is reported once.
    pub late_at_ms: Option<i64>,
    pub settled_at_ms: Option<i64>,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
