//! The summaries of conversations on the desk.

use protocol::{Person, Summary, VisitorId};

use super::Desk;
use crate::conversation::core::log::Log;
use crate::conversation::core::stop::{Stop, Want};
use crate::conversation::entry::author_from_row;
use crate::conversation::lifecycle;
use crate::error::Error;

impl Desk<'_> {
    fn visitor_name(&self, id: VisitorId) -> Result<&str, Stop> {
        let name = self.overlay.visitors.get(&id).or_else(|| self.visitors.get(&id));
        name.map(String::as_str).ok_or(Stop::Wants(Want::Visitor(id)))
    }

    /// A conversation's summary for all agents, without what differs between them.
    pub(in crate::conversation::core) fn summary(&self, log: &Log) -> Result<Summary, Stop> {
        let row = &log.row;
        let name = |id| self.directory.agent(id).map(|one| one.name.clone()).unwrap_or_default();
        let mut labels: Vec<_> =
            log.labels.iter().filter_map(|id| self.directory.label(*id)).cloned().collect();
        labels.sort_by(|one, other| one.name.cmp(&other.name));
        let author = author_from_row(
            row.last_author_kind,
            row.last_author_id,
            row.last_author_name.clone(),
        )?;
        let inbox_name = self.directory.inbox_name(row.inbox_id);
        let inbox_name = inbox_name.map_err(|_| Error::Corrupt("an inbox"))?;
        Ok(Summary {
            id: row.id,
            inbox: row.inbox_id,
            inbox_name: inbox_name.to_owned(),
            visitor: row.visitor_id,
            visitor_name: self.visitor_name(row.visitor_id)?.to_owned(),
            page: row.page.clone(),
            status: row.status,
            assignee: row.assignee_id.map(|id| Person { id, name: name(id) }),
            queued_at_ms: row.queued_at_ms,
            archived: row.archived_at_ms.is_some(),
            spam: lifecycle::is_spam(row).then_some(true),
            snoozed_until_ms: row.snoozed_until_ms,
            labels,
            head: row.last_seq,
            last_at_ms: row.last_at_ms,
            last_author: author,
            preview: row.preview.clone(),
            visitor_messages: row.visitor_messages.unsigned_abs(),
            read_messages: None,
        })
    }
}
