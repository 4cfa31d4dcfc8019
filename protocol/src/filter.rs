//! The filter of a list of conversations.

use alloc::vec::Vec;

use crate::change::Status;
use crate::id::{AgentId, InboxId, LabelId, VisitorId};
use crate::json::record;
use crate::summary::Summary;

record! {
    /// A filter of conversations. A conversation matches if every given condition does.
    pub struct Filter {
        /// With one of these statuses; any if empty.
        pub status: Vec<Status>,
        /// Assigned to this agent.
        pub assignee: Option<AgentId>,
        /// Unassigned.
        pub unassigned: bool,
        /// In this inbox.
        pub inbox: Option<InboxId>,
        /// Of this visitor.
        pub visitor: Option<VisitorId>,
        /// With this label.
        pub label: Option<LabelId>,
        /// Archived, or not; absent for both.
        pub archived: Option<bool>,
        /// Spam, or not; absent for both.
        pub spam: Option<bool>,
        /// Snoozed, or not; absent for both.
        pub snoozed: Option<bool>,
    }
}

impl Filter {
    /// Matches every conversation.
    pub const ALL: Self = Self {
        status: Vec::new(),
        assignee: None,
        unassigned: false,
        inbox: None,
        visitor: None,
        label: None,
        archived: None,
        spam: None,
        snoozed: None,
    };

    /// Conversations that a search looks in unless asked otherwise: all but spam.
    #[must_use]
    pub fn searched() -> Self {
        Self { spam: Some(false), ..Self::ALL }
    }

    /// Conversations that are not hidden: neither archived nor spam.
    #[must_use]
    pub fn visible() -> Self {
        Self { archived: Some(false), spam: Some(false), ..Self::ALL }
    }

    /// Conversations that wait for an answer: not resolved, not hidden, not snoozed.
    #[must_use]
    pub fn waiting() -> Self {
        Self {
            status: [Status::Open, Status::Assigned].into(),
            snoozed: Some(false),
            ..Self::visible()
        }
    }

    /// Whether a conversation matches.
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
            && self.spam.is_none_or(|wanted| summary.spam.unwrap_or(false) == wanted)
            && self.snoozed.is_none_or(|wanted| summary.snoozed_until_ms.is_some() == wanted)
    }
}
