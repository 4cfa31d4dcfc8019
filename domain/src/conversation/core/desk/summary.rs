//! The summaries of conversations on the desk.

use protocol::{Summary, VisitorId};

use super::Desk;
use crate::conversation::core::log::Log;
use crate::conversation::core::stop::{Stop, Want};
use crate::conversation::summary::{Beside, summary};
use crate::error::Error;

impl Desk<'_> {
    fn visitor_name(&self, id: VisitorId) -> Result<&str, Stop> {
        let name = self.overlay.visitors.get(&id).or_else(|| self.visitors.get(&id));
        name.map(String::as_str).ok_or(Stop::Wants(Want::Visitor(id)))
    }

    /// A conversation's summary for all agents, without what differs between them.
    pub(in crate::conversation::core) fn summary(&self, log: &Log) -> Result<Summary, Stop> {
        let row = &log.row;
        let inbox_name = self.directory.inbox_name(row.inbox_id);
        let inbox_name = inbox_name.map_err(|_| Error::Corrupt("an inbox"))?.to_owned();
        let assignee = row.assignee_id.and_then(|id| self.directory.agent(id));
        let labels = log.labels.iter().filter_map(|id| self.directory.label(*id));
        let mut labels: Vec<_> = labels.cloned().collect();
        labels.sort_by(|one, other| one.name.cmp(&other.name));
        let beside = Beside {
            inbox_name,
            visitor_name: self.visitor_name(row.visitor_id)?.to_owned(),
            assignee_name: assignee.map(|agent| agent.name.clone()).unwrap_or_default(),
            labels,
            read_messages: None,
        };
        Ok(summary(row, beside)?)
    }
}
