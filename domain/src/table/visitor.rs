//! A visitor of an inbox's sites, from their first message or verified identity on.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "visitor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub inbox_id: Uuid,
    pub name: Option<String>,
    pub user_id: Option<String>,
    pub email: Option<String>,
    pub is_email_proven: bool,
    pub attributes: Option<String>,
    pub page: Option<String>,
    pub referrer: Option<String>,
    pub browser: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub last_seen_at_ms: Option<i64>,
    pub created_at_ms: i64,
    /// Tokens of an earlier generation are no longer valid.
    pub token_gen: i32,
    /// What the site's server says about them, as JSON.
    pub vouched: Option<String>,
    /// A keyed hash of the network that they first came from.
    pub network: Option<String>,
    /// The words with which search finds them.
    pub words: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
