//! What is known of a visitor, for those who answer them.

use protocol::{ConversationId, ErrorCode, VisitorId};
use sea_orm::entity::prelude::*;

use crate::Domain;
use crate::error::Result;
use crate::table::{conversation, visitor};

/// What is known of a visitor. All but `user_id` is somebody's word.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Who.
    pub id: VisitorId,
    /// The site's own id of the user, proven.
    pub user_id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// What else the site says, by name.
    pub attributes: Vec<(String, String)>,
    /// The page they were on last.
    pub page: Option<String>,
    /// The page that led to the first one.
    pub referrer: Option<String>,
    /// The browser's name for itself.
    pub browser: Option<String>,
    /// The browser's language, as BCP 47 writes it.
    pub language: Option<String>,
    /// The time zone, as IANA names it.
    pub time_zone: Option<String>,
    /// When they were last connected, in milliseconds since 1970 (UTC).
    pub last_seen_at_ms: Option<u64>,
    /// When they first wrote, in milliseconds since 1970 (UTC).
    pub created_at_ms: u64,
}

impl Domain {
    /// What is known of a conversation's visitor.
    ///
    /// # Errors
    /// `conversation_unknown`; the store's.
    pub async fn profile_of(&self, id: ConversationId) -> Result<Profile> {
        let found = conversation::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let visitor = found.ok_or(ErrorCode::ConversationUnknown)?.visitor_id;
        let row = visitor::Entity::find_by_id(visitor).one(&self.store.reader).await?;
        Ok(from_row(row.ok_or(ErrorCode::ConversationUnknown)?))
    }
}

fn from_row(row: visitor::Model) -> Profile {
    let said = row.attributes.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let attributes: serde_json::Map<String, serde_json::Value> = said.unwrap_or_default();
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Profile {
        id: VisitorId(row.id),
        user_id: row.user_id,
        name: row.name,
        email: row.email,
        attributes: attributes.into_iter().map(|(name, value)| (name, text(value))).collect(),
        page: row.page,
        referrer: row.referrer,
        browser: row.browser,
        language: row.language,
        time_zone: row.time_zone,
        last_seen_at_ms: row.last_seen_at_ms.map(i64::unsigned_abs),
        created_at_ms: row.created_at_ms.unsigned_abs(),
    }
}
