//! What is known about a visitor, for the agents who answer them.

use protocol::{ConversationId, ErrorCode, InboxId, UnixMillis, VisitorId};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value};

use super::{VisitorIdentity, Vouched};
use crate::Domain;
use crate::agent::Agent;
use crate::conversation::seen;
use crate::error::Result;
use crate::table::visitor;

/// What is known about a visitor. Except for `user_id`, it is only what someone says.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The visitor.
    pub id: VisitorId,
    /// Their inbox.
    pub inbox: InboxId,
    /// The site's id for the user, proven.
    pub user_id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their email address.
    pub email: Option<String>,
    /// Whether the email address is known to be theirs: they came through the link of an email or answered
    /// one by email, or the site's server says so.
    pub is_email_proven: bool,
    /// What the site's server says about them. If it has a name or an email address, those are the ones
    /// above.
    pub vouched: Vouched,
    /// What else a page of the site reports, by name. Unverified. Any JSON.
    pub attributes: Map<String, Value>,
    /// The page they were on last.
    pub page: Option<String>,
    /// The page that led to their first page.
    pub referrer: Option<String>,
    /// What the browser calls itself.
    pub browser: Option<String>,
    /// The browser's language (BCP 47).
    pub language: Option<String>,
    /// The IANA time zone.
    pub time_zone: Option<String>,
    /// Whether it is known which network they came from.
    pub has_network: bool,
    /// When they were last connected, in milliseconds since 1970 (UTC).
    pub last_seen_at_ms: Option<UnixMillis>,
    /// When they first wrote, in milliseconds since 1970 (UTC).
    pub created_at_ms: UnixMillis,
}

impl Profile {
    /// The visitor's identity.
    #[must_use]
    pub fn who(&self) -> VisitorIdentity {
        VisitorIdentity { inbox: self.inbox, visitor: self.id }
    }

    /// What a page reports, as text for people.
    #[must_use]
    pub fn attribute_texts(&self) -> Vec<(String, String)> {
        texts(&self.attributes)
    }

    /// What the site's server says besides a name and an email address, as text for people.
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
    /// What is known about a conversation's visitor.
    ///
    /// # Errors
    /// `conversation_unknown`; store errors.
    pub async fn profile_of(&self, agent: &Agent, id: ConversationId) -> Result<Profile> {
        let visitor = seen(&self.store.reader, id, agent).await?.visitor_id;
        let row = visitor::Entity::find_by_id(visitor).one(&self.store.reader).await?;
        Ok(from_row(row.ok_or(ErrorCode::ConversationUnknown)?))
    }

    /// What is known about a visitor whom an agent may see.
    ///
    /// # Errors
    /// `visitor_unknown`; store errors.
    pub async fn find_visitor(&self, agent: &Agent, id: VisitorId) -> Result<Profile> {
        let row = visitor::Entity::find_by_id(id).one(&self.store.reader).await?;
        let seen = row.filter(|row| agent.visibility.covers(row.inbox_id));
        Ok(from_row(seen.ok_or(ErrorCode::VisitorUnknown)?))
    }
}

pub(crate) fn from_row(row: visitor::Model) -> Profile {
    let said = row.attributes.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Profile {
        vouched: Vouched::of(&row),
        id: row.id,
        inbox: row.inbox_id,
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
        last_seen_at_ms: row.last_seen_at_ms,
        created_at_ms: row.created_at_ms,
    }
}
