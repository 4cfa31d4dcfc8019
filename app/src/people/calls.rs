//! Server functions about people's stored data.

use leptos::prelude::*;
use protocol::{UnixMillis, VisitorId};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A visitor who may be the person a request is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// The visitor's id.
    pub id: VisitorId,
    /// The name to show.
    pub name: String,
    /// The name of the inbox.
    pub inbox: String,
    /// Their email address.
    pub email: Option<String>,
    /// Whether the address is proven to be theirs.
    pub is_email_proven: bool,
    /// The site's own id of the user.
    pub user_id: Option<String>,
    /// How many conversations they have.
    pub conversations: u64,
    /// When they first wrote, in milliseconds since 1970 (UTC).
    pub created_at_ms: UnixMillis,
    /// When they were last connected, in milliseconds since 1970 (UTC).
    pub last_seen_at_ms: Option<UnixMillis>,
}

/// Returns the visitors with this email address, user id or visitor id.
#[server]
pub async fn find_people(#[server(default)] sought: String) -> Result<Vec<PersonRow>, Failure> {
    use domain::agent::Right;

    let by = crate::backend::require(Right::ErasePeople).await?;
    let found = by.backend.domain.find_people(&sought).await?;
    let row = |person: domain::privacy::PersonFound| PersonRow {
        id: person.visitor,
        name: person.name,
        inbox: person.inbox_name,
        email: person.email,
        is_email_proven: person.is_email_proven,
        user_id: person.user_id,
        conversations: person.conversations,
        created_at_ms: person.created_at_ms,
        last_seen_at_ms: person.last_seen_at_ms,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Erases a visitor and all their data. Returns a summary for display.
#[server]
pub async fn erase_person(id: VisitorId) -> Result<String, Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ErasePeople).await?;
    let erased = by.backend.domain.erase_visitor(id).await?;
    // Only the id is logged, because the name is erased.
    by.note(AuditAction::PersonErased, Some((id.0, id.to_string()))).await?;
    let domain::privacy::Erased { conversations, entries, files, mails } = erased;
    Ok(format!(
        "Erased conversations: {conversations}, messages and events: {entries}, files: {files}, emails: {mails}."
    ))
}
