//! Who an agent is for a provider.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agent_identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// Of the provider and its subject.
    pub hash: String,
    pub provider_id: Uuid,
    pub agent_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
