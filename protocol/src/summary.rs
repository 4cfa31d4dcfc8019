//! A conversation's line in the list of conversations.

use alloc::string::String;
use alloc::vec::Vec;

use crate::change::Status;
use crate::entry::{Author, Seq};
use crate::id::{AgentId, ConversationId, InboxId, LabelId, VisitorId};
use crate::json::record;
use crate::presence::Presence;

record! {
    /// An agent, as others see them.
    pub struct Person {
        /// Who.
        pub id: AgentId,
        /// Their name.
        pub name: String,
    }
}

record! {
    /// A member of the team, as the others see them.
    pub struct Teammate {
        /// Who.
        pub id: AgentId,
        /// Their name.
        pub name: String,
        /// What they are now.
        pub presence: Presence,
    }
}

record! {
    /// A label.
    pub struct Label {
        /// Which.
        pub id: LabelId,
        /// Its name: at most [`crate::limits::LABEL_CHARS`] characters.
        pub name: String,
        /// Its colour, as `#rrggbb`.
        pub color: String,
    }
}

record! {
    /// A conversation's line in an agent's list.
    pub struct Summary {
        /// Which conversation.
        pub id: ConversationId,
        /// Whose inbox it came to.
        pub inbox: InboxId,
        /// That inbox's name.
        pub inbox_name: String,
        /// Whose conversation it is.
        pub visitor: VisitorId,
        /// What to call the visitor.
        pub visitor_name: String,
        /// The page they wrote from.
        pub page: Option<String>,
        /// How far it is.
        pub status: Status,
        /// Who has it.
        pub assignee: Option<Person>,
        /// Since when it waits in the queue for an agent, in milliseconds since 1970 (UTC); absent if
        /// it does not.
        pub queued_at_ms: Option<u64>,
        /// Whether it is put away.
        pub archived: bool,
        /// Until when it rests, in milliseconds since 1970 (UTC); absent if it does not.
        pub snoozed_until_ms: Option<u64>,
        /// Its labels, by name.
        pub labels: Vec<Label>,
        /// The last position of the conversation.
        pub head: Seq,
        /// When something was last written in it, in milliseconds since 1970 (UTC).
        pub last_at_ms: u64,
        /// Who wrote that.
        pub last_author: Author,
        /// How it begins: at most [`crate::limits::PREVIEW_CHARS`] characters.
        pub preview: String,
        /// How many messages the visitor has sent.
        pub visitor_messages: u64,
        /// How many of those the agent who gets this has read. Absent where it did not change,
        /// and a client keeps what it knows: one frame then serves all agents.
        pub read_messages: Option<u64>,
    }
}

impl Summary {
    /// How many of the visitor's messages the agent has not read.
    #[must_use]
    pub fn unread(&self) -> u64 {
        self.visitor_messages.saturating_sub(self.read_messages.unwrap_or(0))
    }
}
