//! Server functions about the audit log.

use leptos::prelude::*;
use protocol::{AgentId, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// When it happened, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
    /// Who did it.
    pub actor: String,
    /// Whether a program did it in their name.
    pub is_program: bool,
    /// Whether it was an unauthenticated client.
    pub is_stranger: bool,
    /// What was done, as text.
    pub action: String,
    /// The person or thing it was done to.
    pub subject: Option<String>,
    /// The client address.
    pub address: Option<String>,
    /// The browser.
    pub browser: Option<String>,
}

/// A page of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLines {
    /// The entries, latest first.
    pub lines: Vec<AuditLine>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The actions to filter by: the stable name and the text of each.
    pub actions: Vec<(String, String)>,
}

/// Returns a page of the entries that match `action`, `agent` and `text`, starting after the cursor `after`.
#[server]
pub async fn read_audit(
    #[server(default)] action: String,
    #[server(default)] agent: Option<AgentId>,
    #[server(default)] text: String,
    #[server(default)] after: Option<String>,
) -> Result<AuditLines, Failure> {
    use domain::agent::Right;
    use domain::audit::{AuditAction, AuditCursor, AuditEntry, AuditFilter};

    let by = crate::backend::require(Right::ReadAudit).await?;
    let filter = AuditFilter { action: AuditAction::parse(&action), agent, text };
    let after = after.as_deref().map(AuditCursor::parse).transpose()?;
    let page = by.backend.domain.list_audit(&filter, after).await?;
    let line = |entry: AuditEntry| {
        let said = AuditAction::parse(&entry.action).map(|action| action.sentence().to_owned());
        AuditLine {
            at_ms: entry.at_ms,
            is_program: entry.actor_kind == "program",
            is_stranger: entry.actor_kind == "stranger",
            actor: entry.actor_name,
            action: said.unwrap_or(entry.action),
            subject: entry.subject,
            address: entry.address,
            browser: entry.browser,
        }
    };
    let action = |action: &AuditAction| (action.as_str().to_owned(), action.sentence().to_owned());
    Ok(AuditLines {
        lines: page.entries.into_iter().map(line).collect(),
        next: page.next.map(AuditCursor::to_text),
        actions: AuditAction::ALL.iter().map(action).collect(),
    })
}
