//! What an agent can do to a conversation, besides writing in it.

use crate::entry::Seq;
use crate::id::{AgentId, LabelId};
use crate::json::{tagged, words};

words! {
    /// How far a conversation is.
    pub enum Status {
        /// Nobody has it.
        "open" => Open,
        /// An agent has it.
        "assigned" => Assigned,
        /// It is settled, until the visitor writes again.
        "resolved" => Resolved,
    }
}

words! {
    /// How conversations come to agents.
    pub enum Routing {
        /// Agents take them.
        "manual" => Manual,
        /// To the agent who has waited longest for one.
        "round_robin" => RoundRobin,
        /// To the agent who has the fewest.
        "least_busy" => LeastBusy,
    }
}

tagged! {
    /// What an agent can do to a conversation. What is so already stays so, without an entry.
    pub enum Change: "action" {
        /// Take it, if nobody has it.
        "claim" => Claim {},
        /// Give it to an agent, whoever has it; without one, to nobody.
        "assign" => Assign {
            /// To whom.
            agent: Option<AgentId>,
        },
        /// It is settled.
        "resolve" => Resolve {
            /// The last position that the agent has seen: what the visitor wrote after it is not
            /// settled unread. Absent to settle whatever there is.
            seen: Option<Seq>,
        },
        /// It goes on.
        "reopen" => Reopen {},
        /// Put it away.
        "archive" => Archive {},
        /// Take it out again.
        "unarchive" => Unarchive {},
        /// Let it rest until a time, or until the visitor writes.
        "snooze" => Snooze {
            /// In milliseconds since 1970 (UTC): in the future, by at most
            /// [`crate::limits::SNOOZE_MS`].
            until_ms: u64,
        },
        /// Let it rest no more.
        "wake" => Wake {},
        /// Put a label on it.
        "label" => Label {
            /// Which.
            label: LabelId,
        },
        /// Take a label off.
        "unlabel" => Unlabel {
            /// Which.
            label: LabelId,
        },
    }
}

impl Change {
    /// Whether an agent may have room for another conversation after it.
    #[must_use]
    pub const fn makes_room(&self) -> bool {
        matches!(
            self,
            Self::Assign { .. } | Self::Resolve { .. } | Self::Archive {} | Self::Snooze { .. }
        )
    }
}
