//! What an inbox knows about an email address: that it unsubscribed, or that it bounced. The inbox is nil for
//! emails to agents.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_address")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub inbox_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub address: String,
    pub unsubscribed_at_ms: Option<i64>,
    pub bounced_at_ms: Option<i64>,
    pub bounce_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
