//! Summaries of conversations, and the people and labels that they name.

use alloc::string::String;
use alloc::vec::Vec;

use crate::change::Status;
use crate::entry::Author;
use crate::id::{AgentId, ConversationId, InboxId, LabelId, VisitorId};
use crate::json::record;
use crate::presence::Presence;
use crate::seq::Seq;
use crate::unix_millis::UnixMillis;

record! {
    /// An agent, as others see them.
    pub struct Person {
        /// Which agent.
        pub id: AgentId,
        /// Their name.
        pub name: String,
    }
}

record! {
    /// An agent in the list of the team.
    pub struct Teammate {
        /// Which agent.
        pub id: AgentId,
        /// Their name.
        pub name: String,
        /// Their presence now.
        pub presence: Presence,
    }
}

record! {
    /// A label.
    pub struct Label {
        /// Which label.
        pub id: LabelId,
        /// Its name: at most [`crate::limits::LABEL_CHARS`] characters.
        pub name: String,
        /// Its color, as `#rrggbb`.
        pub color: String,
    }
}

record! {
    /// A conversation in an agent's list.
    pub struct Summary {
        /// Which conversation.
        pub id: ConversationId,
        /// The inbox that it belongs to.
        pub inbox: InboxId,
        /// The inbox's name.
        pub inbox_name: String,
        /// The conversation's visitor.
        pub visitor: VisitorId,
        /// The visitor's display name.
        pub visitor_name: String,
        /// The page that they wrote from.
        pub page: Option<String>,
        /// The status.
        pub status: Status,
        /// The agent it is assigned to.
        pub assignee: Option<Person>,
        /// Since when it has been waiting in the queue for an agent, in milliseconds since 1970 (UTC);
        /// absent if it is not queued.
        pub queued_at_ms: Option<UnixMillis>,
        /// Whether it is archived.
        pub archived: bool,
        /// `true` if it is marked as spam; absent otherwise.
        pub spam: Option<bool>,
        /// Until when it is snoozed, in milliseconds since 1970 (UTC); absent if it is not.
        pub snoozed_until_ms: Option<UnixMillis>,
        /// Its labels, by name.
        pub labels: Vec<Label>,
        /// The last position of the conversation.
        pub head: Seq,
        /// When the last message or note was written, in milliseconds since 1970 (UTC).
        pub last_at_ms: UnixMillis,
        /// Who wrote it.
        pub last_author: Author,
        /// How it begins: at most [`crate::limits::PREVIEW_CHARS`] characters.
        pub preview: String,
        /// How many messages the visitor has sent.
        pub visitor_messages: u64,
        /// How many of those the receiving agent has read. Absent where it did not change; the client then
        /// keeps its own value, so that one frame serves all agents.
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

record! {
    /// A page of conversations.
    pub struct Conversations {
        /// Most recent first.
        pub conversations: Vec<Summary>,
        /// Pass it as `after` to get the next page. `null` on the last page.
        pub next: Option<String>,
    }
}
