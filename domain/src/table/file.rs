//! An uploaded file. Its content is in the blob store.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub place: Uuid,
    pub visitor_id: Option<Uuid>,
    pub inbox_id: Option<Uuid>,
    pub agent_id: Option<Uuid>,
    pub name: String,
    pub media_type: String,
    pub bytes: i64,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub is_stored: bool,
    pub conversation_id: Option<Uuid>,
    pub seq: Option<i64>,
    pub dropped_at_ms: Option<i64>,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
