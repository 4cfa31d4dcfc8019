//! What is known of a visitor, for those who answer them.

use protocol::{ConversationId, ErrorCode, InboxId, VisitorId};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value};

use super::{VisitorIdentity, Vouched};
use crate::Domain;
use crate::agent::Agent;
use crate::conversation::seen;
use crate::error::Result;
use crate::table::visitor;

/// What is known of a visitor. All but `user_id` is somebody's word.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Who.
    pub id: VisitorId,
    /// Whose visitor.
    pub inbox: InboxId,
    /// The site's own id of the user, proven.
    pub user_id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// Whether it is known to be theirs: they came by a mail's link, or the site's server says so.
    pub is_email_proven: bool,
    /// What the site's own server says of them. A name and an address in it are those above.
    pub vouched: Vouched,
    /// What else a page of the site says, by name: anybody's word. Any JSON.
    pub attributes: Map<String, Value>,
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
    /// Whether it is known from which network they came.
    pub has_network: bool,
    /// When they were last connected, in milliseconds since 1970 (UTC).
    pub last_seen_at_ms: Option<u64>,
    /// When they first wrote, in milliseconds since 1970 (UTC).
    pub created_at_ms: u64,
}

impl Profile {
    /// The visitor, as they are known to what acts for them.
    #[must_use]
    pub fn who(&self) -> VisitorIdentity {
        VisitorIdentity { inbox: self.inbox, visitor: self.id }
    }

    /// What a page says, as people read it.
    #[must_use]
    pub fn attribute_texts(&self) -> Vec<(String, String)> {
        texts(&self.attributes)
    }

    /// What the site's own server says besides a name and an address, as people read it.
    #[must_use]
    pub fn vouched_texts(&self) -> Vec<(String, String)> {
        texts(&self.vouched.attributes)
    }
}

fn texts(attributes: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    attributes.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

impl Domain {
    /// What is known of a conversation's visitor.
    ///
    /// # Errors
    /// `conversation_unknown`; the store's.
    pub async fn profile_of(&self, agent: &Agent, id: ConversationId) -> Result<Profile> {
        let visitor = seen(&self.store.reader, id, agent).await?.visitor_id;
        let row = visitor::Entity::find_by_id(visitor).one(&self.store.reader).await?;
        Ok(from_row(row.ok_or(ErrorCode::ConversationUnknown)?))
    }

    /// What is known of a visitor whom an agent may see.
    ///
    /// # Errors
    /// `visitor_unknown`; the store's.
    pub async fn find_visitor(&self, agent: &Agent, id: VisitorId) -> Result<Profile> {
        let row = visitor::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let seen = row.filter(|row| agent.sight.covers(InboxId(row.inbox_id)));
        Ok(from_row(seen.ok_or(ErrorCode::VisitorUnknown)?))
    }
}

pub(crate) fn from_row(row: visitor::Model) -> Profile {
    let said = row.attributes.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Profile {
        vouched: Vouched::of(&row),
        id: VisitorId(row.id),
        inbox: InboxId(row.inbox_id),
        has_network: row.network.is_some(),
        user_id: row.user_id,
        name: row.name,
        email: row.email,
        is_email_proven: row.is_email_proven,
        attributes: said.unwrap_or_default(),
        page: row.page,
        referrer: row.referrer,
        browser: row.browser,
        language: row.language,
        time_zone: row.time_zone,
        last_seen_at_ms: row.last_seen_at_ms.map(i64::unsigned_abs),
        created_at_ms: row.created_at_ms.unsigned_abs(),
    }
}
