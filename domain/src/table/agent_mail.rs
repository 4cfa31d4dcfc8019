//! Which emails an agent wants.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agent_mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent_id: Uuid,
    pub assigned: bool,
    pub mentioned: bool,
    pub waiting: bool,
    pub escalation_ms: Option<i64>,
    pub summary_at: Option<i32>,
    pub time_zone: String,
    pub summarized_on: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
