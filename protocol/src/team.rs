//! The team as the dashboard and programs see it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::change::Routing;
use crate::id::{AgentId, InboxId, LabelId, TeamId};
use crate::json::record;
use crate::presence::Presence;

record! {
    /// A member of the team.
    pub struct Member {
        /// Their id.
        pub id: AgentId,
        /// Their name.
        pub name: String,
        /// `null` unless the agent who asks may manage the team, or is this agent.
        pub email: Option<String>,
        /// `owner`, `admin` or `agent`.
        pub role: String,
        /// Whether they are available now.
        pub presence: Presence,
        /// The most conversations that routing assigns to them; `null` for no limit.
        pub capacity: Option<u64>,
        /// The labels whose conversations they can handle.
        pub skills: Vec<LabelId>,
        /// The inboxes that they are limited to, as far as the agent who asks sees them; `null` if they see all
        /// inboxes.
        pub inboxes: Option<Vec<InboxId>>,
        /// Whether they are still part of the team.
        pub is_active: bool,
    }
}

record! {
    /// A group of agents.
    pub struct Team {
        /// Its id.
        pub id: TeamId,
        /// Its name.
        pub name: String,
        /// How conversations are assigned to its members.
        pub routing: Routing,
        /// Its members.
        pub members: Vec<AgentId>,
    }
}

record! {
    /// One site or brand.
    pub struct Inbox {
        /// Its id.
        pub id: InboxId,
        /// Its name.
        pub name: String,
        /// The public key in the embed snippet.
        pub key: String,
    }
}
