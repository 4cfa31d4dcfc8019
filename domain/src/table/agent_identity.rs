//! An agent's identity at an identity provider.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agent_identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// Hash of the provider, its issuer and the subject.
    pub hash: String,
    pub provider_id: Uuid,
    pub agent_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
