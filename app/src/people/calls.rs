//! Server functions about people's stored data.

use leptos::prelude::*;
use protocol::{FoundPerson, VisitorId};

use crate::failure::Failure;

/// Returns the visitors with this email address, user id or visitor id.
#[server]
pub async fn find_people(#[server(default)] sought: String) -> Result<Vec<FoundPerson>, Failure> {
    use domain::agent::Right;

    let by = crate::backend::require(Right::ErasePeople).await?;
    Ok(by.backend.domain.find_people(&sought).await?)
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
    let protocol::Erased { conversations, entries, files, mails } = erased;
    Ok(format!(
        "Erased conversations: {conversations}, messages and events: {entries}, files: {files}, emails: {mails}."
    ))
}
