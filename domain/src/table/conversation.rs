//! A conversation, with the projections of its log.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub inbox_id: Uuid,
    pub visitor_id: Uuid,
    pub unresolved_visitor_id: Option<Uuid>,
    pub page: Option<String>,
    pub status: String,
    pub assignee_id: Option<Uuid>,
    pub team_id: Option<Uuid>,
    pub queued_at_ms: Option<i64>,
    pub archived_at_ms: Option<i64>,
    pub spam_at_ms: Option<i64>,
    pub snoozed_until_ms: Option<i64>,
    pub last_seq: i64,
    pub last_public_seq: i64,
    pub last_at_ms: i64,
    pub last_author_kind: String,
    pub last_author_id: Option<Uuid>,
    pub last_author_name: Option<String>,
    pub preview: String,
    pub waiting_since_ms: Option<i64>,
    pub visitor_messages: i64,
    pub visitor_read_seq: i64,
    pub team_read_seq: i64,
    pub logged_at_ms: i64,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
