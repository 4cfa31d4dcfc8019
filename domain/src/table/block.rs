//! A block of a visitor, or of a whole network, who may no longer write.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "block")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub inbox_id: Uuid,
    pub visitor_id: Option<Uuid>,
    pub network: Option<String>,
    pub name: String,
    pub agent_name: String,
    pub at_ms: i64,
    pub until_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
