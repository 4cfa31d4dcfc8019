//! An inbound email.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub inbox_id: Uuid,
    pub digest: String,
    pub state: String,
    pub reason: Option<String>,
    pub allowed: Option<String>,
    pub sender: Option<String>,
    pub sender_name: Option<String>,
    pub subject: Option<String>,
    pub message_id: Option<String>,
    pub conversation_id: Option<Uuid>,
    pub seq: Option<i64>,
    pub whole: Option<String>,
    pub left_out: Option<String>,
    /// The result of the delivering provider's sender checks, in the format of `Authentication-Results`.
    pub checked: Option<String>,
    pub place: Option<Uuid>,
    pub bytes: i64,
    pub attempts: i32,
    pub due_at_ms: i64,
    pub at_ms: i64,
    pub settled_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
