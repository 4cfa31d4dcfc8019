//! A conversation on the desk.

use protocol::{AgentId, ConversationId, LabelId, MailKind, Status};

use super::stop::Stop;
use crate::agent::Agent;
use crate::conversation::{LogEntry, lifecycle};
use crate::table::conversation;

/// The emails about a conversation that were queued before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OpenMail {
    /// Those that wait and whose messages are not decided yet: the kind, and the agent that it goes to, if any.
    pub(crate) waiting: Vec<(MailKind, Option<AgentId>)>,
    /// Whether the visitor got a confirmation that their message arrived, or is not to get one.
    pub(crate) is_confirmed: bool,
}

/// A conversation that a decision changes.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) row: conversation::Model,
    pub(super) labels: Vec<LabelId>,
    pub(super) mail: OpenMail,
    /// What was appended since it was last saved.
    pub(super) appended: Vec<LogEntry>,
    /// Whether to publish it even if nothing in it has changed.
    pub(super) is_news: bool,
}

impl Log {
    pub(super) fn of(row: conversation::Model, labels: Vec<LabelId>, mail: OpenMail) -> Self {
        Self { row, labels, mail, appended: Vec::new(), is_news: false }
    }

    pub(super) fn id(&self) -> ConversationId {
        self.row.id
    }

    /// Checks that an agent may see it.
    pub(super) fn seen_by(self, agent: &Agent) -> Result<Self, Stop> {
        agent.visibility.check(&self.row)?;
        Ok(self)
    }

    /// Sets the status, and the column that enforces that a visitor has at most one unresolved conversation.
    pub(super) fn set_status(&mut self, status: Status) {
        self.row.status = status;
        self.row.unresolved_visitor_id =
            (status != Status::Resolved).then_some(self.row.visitor_id);
    }

    /// Makes it publish even if nothing in it has changed.
    pub(super) fn is_news(&mut self) {
        self.is_news = true;
    }

    /// The status of the conversation unless it is resolved.
    pub(super) fn unresolved_status(&self) -> Status {
        if self.row.assignee_id.is_some() { Status::Assigned } else { Status::Open }
    }

    pub(super) fn is_resolved(&self) -> bool {
        lifecycle::is_resolved(&self.row)
    }
}
