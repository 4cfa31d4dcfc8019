//! One site or brand.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub key: String,
    pub name: String,
    pub allowed_sites: String,
    pub color: String,
    /// Sealed.
    pub secrets: String,
    pub requires_identity: bool,
    pub hours: Option<String>,
    pub time_zone: String,
    pub routing: String,
    pub team_id: Option<Uuid>,
    pub label_id: Option<Uuid>,
    pub mail_from: Option<String>,
    pub team_address: Option<String>,
    pub mails_visitors: bool,
    pub unread_wait_ms: i64,
    pub mails_an_hour: i32,
    pub inbound_address: Option<String>,
    pub keep_conversations_days: Option<i32>,
    pub keep_files_days: Option<i32>,
    pub keep_addresses_days: Option<i32>,
    pub keeps_queries: bool,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
