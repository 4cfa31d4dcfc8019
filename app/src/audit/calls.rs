//! Server functions about the audit log.

use leptos::prelude::*;
use protocol::AgentId;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// Who.
    pub actor: String,
    /// Whether it was a program in their name.
    pub is_program: bool,
    /// Whether it was somebody who is not logged in.
    pub is_stranger: bool,
    /// What, for people.
    pub deed: String,
    /// To whom or what.
    pub subject: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// By which browser.
    pub browser: Option<String>,
}

/// A page of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLines {
    /// The latest first.
    pub lines: Vec<AuditLine>,
    /// Where it goes on.
    pub next: Option<String>,
    /// What can be done: the stable name, and for people.
    pub deeds: Vec<(String, String)>,
}

/// The entries of a kind, after another, that say what is looked for.
#[server]
pub async fn read_audit(
    #[server(default)] deed: String,
    #[server(default)] agent: Option<AgentId>,
    #[server(default)] text: String,
    #[server(default)] after: Option<String>,
) -> Result<AuditLines, Failure> {
    use domain::agent::Right;
    use domain::audit::{AuditCursor, AuditEntry, AuditFilter, Deed};

    let by = crate::backend::require(Right::ReadAudit).await?;
    let filter = AuditFilter { deed: Deed::parse(&deed), agent, text };
    let after = after.as_deref().map(AuditCursor::parse).transpose()?;
    let page = by.backend.domain.list_audit(&filter, after).await?;
    let line = |entry: AuditEntry| {
        let said = Deed::parse(&entry.deed).map(|deed| deed.sentence().to_owned());
        AuditLine {
            at_ms: entry.at_ms,
            is_program: entry.actor_kind == "program",
            is_stranger: entry.actor_kind == "stranger",
            actor: entry.actor_name,
            deed: said.unwrap_or(entry.deed),
            subject: entry.subject,
            address: entry.address,
            browser: entry.browser,
        }
    };
    let deed = |deed: &Deed| (deed.as_str().to_owned(), deed.sentence().to_owned());
    Ok(AuditLines {
        lines: page.entries.into_iter().map(line).collect(),
        next: page.next.map(AuditCursor::to_text),
        deeds: Deed::ALL.iter().map(deed).collect(),
    })
}
