//! Which conversations a list holds.

use alloc::vec::Vec;

use crate::change::Status;
use crate::id::{AgentId, InboxId, LabelId, VisitorId};
use crate::json::record;
use crate::summary::Summary;

record! {
    /// Which conversations a list holds: those to which all that is given applies.
    pub struct Filter {
        /// Of one of these; any, if there is none.
        pub status: Vec<Status>,
        /// Of this agent.
        pub assignee: Option<AgentId>,
        /// Of nobody.
        pub unassigned: bool,
        /// Of this inbox.
        pub inbox: Option<InboxId>,
        /// Of this visitor.
        pub visitor: Option<VisitorId>,
        /// With this label.
        pub label: Option<LabelId>,
        /// Put away, or not; absent for both.
        pub archived: Option<bool>,
        /// Resting, or not; absent for both.
        pub snoozed: Option<bool>,
    }
}

impl Filter {
    /// Every conversation.
    pub const ALL: Self = Self {
        status: Vec::new(),
        assignee: None,
        unassigned: false,
        inbox: None,
        visitor: None,
        label: None,
        archived: None,
        snoozed: None,
    };

    /// What waits for somebody: not resolved, not put away, not resting.
    #[must_use]
    pub fn waiting() -> Self {
        Self {
            status: [Status::Open, Status::Assigned].into(),
            archived: Some(false),
            snoozed: Some(false),
            ..Self::ALL
        }
    }

    /// Whether a conversation is among them.
    #[must_use]
    pub fn matches(&self, summary: &Summary) -> bool {
        let assignee = summary.assignee.as_ref().map(|person| person.id);
        (self.status.is_empty() || self.status.contains(&summary.status))
            && self.assignee.is_none_or(|wanted| assignee == Some(wanted))
            && !(self.unassigned && assignee.is_some())
            && self.inbox.is_none_or(|wanted| summary.inbox == wanted)
            && self.visitor.is_none_or(|wanted| summary.visitor == wanted)
            && self.label.is_none_or(|wanted| summary.labels.iter().any(|label| label.id == wanted))
            && self.archived.is_none_or(|wanted| summary.archived == wanted)
            && self.snoozed.is_none_or(|wanted| summary.snoozed_until_ms.is_some() == wanted)
    }
}
