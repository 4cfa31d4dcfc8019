//! Reading the audit log.

use protocol::{AgentId, ErrorCode};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{Condition, QueryOrder, QuerySelect};

use super::Deed;
use crate::Domain;
use crate::error::Result;
use crate::table::audit;

/// How many entries a page has.
const PAGE: u64 = 50;

/// How much of what is looked for counts.
const LOOKED_FOR_CHARS: usize = 200;

/// What is wanted of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// What was done.
    pub deed: Option<Deed>,
    /// By whom, or to whom.
    pub agent: Option<AgentId>,
    /// What occurs in a name or an address.
    pub text: String,
}

/// What was done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// What: the stable name. One of a newer version is not known to [`Deed`].
    pub deed: String,
    /// By what kind of actor: `agent`, `program`, `console`, `stranger` or `system`.
    pub actor_kind: String,
    /// By which agent, or in whose name.
    pub actor: Option<AgentId>,
    /// What the actor was called.
    pub actor_name: String,
    /// To whom or what.
    pub subject_id: Option<Uuid>,
    /// What it was called.
    pub subject: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// By which browser.
    pub browser: Option<String>,
}

/// Where a page ends: what comes after it is older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    at_ms: i64,
    id: Uuid,
}

impl AuditCursor {
    /// As a text that clients hand back.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{}.{}", self.at_ms, self.id)
    }

    /// What [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = || {
            let (at_ms, id) = text.split_once('.')?;
            let at_ms = at_ms.parse::<i64>().ok().filter(|at_ms| *at_ms >= 0)?;
            Some(Self { at_ms, id: Uuid::parse_str(id).ok()? })
        };
        parts().ok_or(ErrorCode::CursorInvalid.into())
    }
}

/// A page of the log, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins, if there is one.
    pub next: Option<AuditCursor>,
}

impl Domain {
    /// A page of the audit log, the latest first.
    ///
    /// # Errors
    /// The store's.
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
            let same = audit::Column::AtMs.eq(at_ms).and(audit::Column::Id.lt(id));
            query = query.filter(audit::Column::AtMs.lt(at_ms).or(same));
        }
        if let Some(deed) = filter.deed {
            query = query.filter(audit::Column::Deed.eq(deed.as_str()));
        }
        if let Some(AgentId(id)) = filter.agent {
            query = query.filter(audit::Column::ActorId.eq(id).or(audit::Column::SubjectId.eq(id)));
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

/// Whether it occurs in one of the names.
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
        at_ms: row.at_ms.unsigned_abs(),
        deed: row.deed,
        actor_kind: row.actor_kind,
        actor: row.actor_id.map(AgentId),
        actor_name: row.actor_name,
        subject_id: row.subject_id,
        subject: row.subject,
        address: row.address,
        browser: row.browser,
    }
}
