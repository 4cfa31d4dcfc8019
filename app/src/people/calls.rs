//! Server functions about what is kept of people.

use leptos::prelude::*;
use protocol::VisitorId;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A visitor whom a request may be about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Which visitor.
    pub id: VisitorId,
    /// What to call them.
    pub name: String,
    /// Of which inbox.
    pub inbox: String,
    /// Their mail address.
    pub email: Option<String>,
    /// Whether it is known to be theirs.
    pub is_email_proven: bool,
    /// The site's own id of the user.
    pub user_id: Option<String>,
    /// How many conversations there are.
    pub conversations: u64,
    /// When they first wrote, in milliseconds since 1970 (UTC).
    pub created_at_ms: u64,
    /// When they were last connected, in milliseconds since 1970 (UTC).
    pub last_seen_at_ms: Option<u64>,
}

/// The visitors with a mail address, a user id or an id.
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

/// Erases a visitor and all that is kept of them. Returns what that was, for people.
#[server]
pub async fn erase_person(id: VisitorId) -> Result<String, Failure> {
    use domain::agent::Right;
    use domain::audit::Deed;

    let by = crate::backend::require(Right::ErasePeople).await?;
    let erased = by.backend.domain.erase_visitor(id).await?;
    // By the id alone: the name is gone.
    by.note(Deed::PersonErased, Some((id.0, id.to_string()))).await?;
    let domain::privacy::Erased { conversations, entries, files, mails } = erased;
    Ok(format!(
        "Erased: {conversations} conversations with {entries} entries, {files} files, {mails} mails."
    ))
}
