//! What an agent can do to a conversation, apart from writing in it.

use crate::id::{AgentId, LabelId};
use crate::json::{tagged, words};
use crate::seq::Seq;
use crate::unix_millis::UnixMillis;

words! {
    /// The status of a conversation.
    pub enum Status {
        /// Unassigned.
        "open" => Open,
        /// Assigned to an agent.
        "assigned" => Assigned,
        /// Resolved, until the visitor writes again.
        "resolved" => Resolved,
    }
}

words! {
    /// How new conversations reach agents.
    pub enum Routing {
        /// Agents claim them.
        "manual" => Manual,
        /// Assigned to the agent who has waited longest for one.
        "round_robin" => RoundRobin,
        /// Assigned to the agent who has the fewest.
        "least_busy" => LeastBusy,
    }
}

tagged! {
    /// What an agent can do to a conversation. A change to the state that it is already in does nothing and
    /// writes no entry.
    pub enum Change: "action" {
        /// Assign it to the agent who asks, unless another active agent has it.
        "claim" => Claim {},
        /// Assign it to an agent, or to nobody, even if another agent has it.
        "assign" => Assign {
            /// The agent; absent to leave it unassigned.
            agent: Option<AgentId>,
        },
        /// Resolve it.
        "resolve" => Resolve {
            /// The last position that the agent has seen. The change is refused if the visitor has written
            /// after it. Absent to resolve in any case.
            seen: Option<Seq>,
        },
        /// Reopen it.
        "reopen" => Reopen {},
        /// Archive it.
        "archive" => Archive {},
        /// Restore it from the archive.
        "unarchive" => Unarchive {},
        /// Mark it as spam: it is hidden, never routed, and no email is sent about it, even if the visitor writes.
        "spam" => Spam {},
        /// It is not spam.
        "not_spam" => NotSpam {},
        /// Snooze it until a time, or until the visitor writes.
        "snooze" => Snooze {
            /// In milliseconds since 1970 (UTC): in the future, by at most [`crate::limits::SNOOZE_MS`].
            until_ms: UnixMillis,
        },
        /// End the snooze.
        "wake" => Wake {},
        /// Add a label.
        "label" => Label {
            /// Which label.
            label: LabelId,
        },
        /// Remove a label.
        "unlabel" => Unlabel {
            /// Which label.
            label: LabelId,
        },
    }
}

impl Change {
    /// Whether this change may make room for another conversation at an agent.
    #[must_use]
    pub const fn makes_room(&self) -> bool {
        matches!(
            self,
            Self::Assign { .. }
                | Self::Resolve { .. }
                | Self::Archive {}
                | Self::Spam {}
                | Self::Snooze { .. }
        )
    }
}
