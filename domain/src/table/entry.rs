//! One entry of a conversation's log. Never updated, and deleted only when the whole conversation is erased.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub prev_public_seq: i64,
    pub is_public: bool,
    pub kind: String,
    pub author_kind: String,
    pub author_id: Option<Uuid>,
    pub author_name: Option<String>,
    pub text: String,
    pub client_id: Uuid,
    pub at_ms: i64,
    pub files: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
