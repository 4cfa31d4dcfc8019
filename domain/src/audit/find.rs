//! Reading the audit log.

use protocol::{AgentId, ErrorCode, UnixMillis};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{Condition, QueryOrder, QuerySelect};

use super::AuditAction;
use crate::Domain;
use crate::error::Result;
use crate::table::audit;

/// The number of entries on a page.
const PAGE: u64 = 50;

/// The number of characters of the search text that are used.
const LOOKED_FOR_CHARS: usize = 200;

/// Which audit log entries to return.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Only entries with this agent as the actor or the subject.
    pub agent: Option<AgentId>,
    /// Text to find in the actor's name, the subject or the client address. Empty for any.
    pub text: String,
}

/// One audited action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it was done, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
    /// The stable name of the action. [`AuditAction`] does not know the names that newer versions add.
    pub action: String,
    /// The kind of actor: `agent`, `program`, `console`, `stranger` or `system`.
    pub actor_kind: String,
    /// The agent who did it, or in whose name a program did.
    pub actor: Option<AgentId>,
    /// The actor's name at the time.
    pub actor_name: String,
    /// The id of what it was done to.
    pub subject_id: Option<Uuid>,
    /// The subject's name at the time.
    pub subject: Option<String>,
    /// The client's IP address.
    pub address: Option<String>,
    /// The client's browser.
    pub browser: Option<String>,
}

/// The end of a page: the next page continues with older entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    at_ms: UnixMillis,
    id: Uuid,
}

impl AuditCursor {
    /// Encodes the cursor for clients.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{}.{}", self.at_ms, self.id)
    }

    /// Parses a cursor that [`Self::to_text`] encoded.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = || {
            let (at_ms, id) = text.split_once('.')?;
            let at_ms = at_ms.parse().ok()?;
            Some(Self { at_ms, id: Uuid::parse_str(id).ok()? })
        };
        parts().ok_or(ErrorCode::CursorInvalid.into())
    }
}

/// A page of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// The cursor of the next page, if there is one.
    pub next: Option<AuditCursor>,
}

impl Domain {
    /// Returns a page of the audit log, newest first.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_audit(
        &self,
        filter: &AuditFilter,
        after: Option<AuditCursor>,
    ) -> Result<AuditPage> {
        let mut query = audit::Entity::find()
            .order_by_desc(audit::Column::AtMs)
            .order_by_desc(audit::Column::Id)
            .limit(PAGE + 1);
        if let Some(AuditCursor { at_ms, id }) = after {
            let same = audit::COLUMN.at_ms.eq(at_ms).and(audit::COLUMN.id.lt(id));
            query = query.filter(audit::COLUMN.at_ms.lt(at_ms).or(same));
        }
        if let Some(action) = filter.action {
            query = query.filter(audit::COLUMN.deed.eq(action.as_str()));
        }
        if let Some(id) = filter.agent {
            query =
                query.filter(audit::COLUMN.actor_id.eq(id).or(audit::COLUMN.subject_id.eq(id.0)));
        }
        let text = filter.text.trim();
        if !text.is_empty() {
            query = query.filter(says(text));
        }
        let mut rows = query.all(&self.store.reader).await?;
        let has_more = rows.len() as u64 > PAGE;
        rows.truncate(PAGE as usize);
        let last = rows.last().map(|row| AuditCursor { at_ms: row.at_ms, id: row.id });
        let next = last.filter(|_| has_more);
        Ok(AuditPage { entries: rows.into_iter().map(from_row).collect(), next })
    }
}

/// Matches entries with this text in the actor's name, the subject or the address, ignoring case.
fn says(text: &str) -> Condition {
    let words: String = text.to_lowercase().chars().take(LOOKED_FOR_CHARS).collect();
    let escaped = words.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let pattern = format!("%{escaped}%");
    let columns = [audit::Column::ActorName, audit::Column::Subject, audit::Column::Address];
    columns.into_iter().fold(Condition::any(), |any, column| {
        let pattern = LikeExpr::new(&pattern).escape('!');
        any.add(Expr::expr(Func::lower(Expr::col(column))).like(pattern))
    })
}

fn from_row(row: audit::Model) -> AuditEntry {
    AuditEntry {
        at_ms: row.at_ms,
        action: row.deed,
        actor_kind: row.actor_kind,
        actor: row.actor_id,
        actor_name: row.actor_name,
        subject_id: row.subject_id,
        subject: row.subject,
        address: row.address,
        browser: row.browser,
    }
}
