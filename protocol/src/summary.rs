//! A conversation's line in the list of conversations.

use crate::entry::{Author, Seq};
use crate::id::{ConversationId, InboxId};
use crate::json::record;

record! {
    /// A conversation's line in an agent's list.
    pub struct Summary {
        /// Which conversation.
        pub id: ConversationId,
        /// Whose inbox it came to.
        pub inbox: InboxId,
        /// That inbox's name.
        pub inbox_name: String,
        /// What to call the visitor.
        pub visitor_name: String,
        /// The page they wrote from.
        pub page: Option<String>,
        /// The last position of the conversation.
        pub head: Seq,
        /// When its last entry was taken, in milliseconds since 1970 (UTC).
        pub last_at_ms: u64,
        /// Who wrote it.
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
