//! One entry of a conversation's log, as an audience sees it.

use alloc::string::String;

use crate::event::Event;
use crate::file::Files;
use crate::id::{AgentId, ClientId};
use crate::json::{record, tagged};

/// A position in a conversation: 1, 2, 3 ... without gaps; 0 is before the first entry.
pub type Seq = u64;

record! {
    /// One entry of a conversation's log.
    pub struct Entry {
        /// Its position in the conversation.
        pub seq: Seq,
        /// The position of the entry before it that this audience may see; 0 if there is none.
        pub prev: Seq,
        /// When the server took it, in milliseconds since 1970 (UTC).
        pub at_ms: u64,
        /// The sender's own name for the send.
        pub client_id: ClientId,
        /// Who wrote it.
        pub author: Author,
        /// What it says.
        pub body: Body,
        /// What it carries; absent if nothing.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Files::is_empty"))]
        pub files: Files,
    }
}

tagged! {
    /// Who wrote an entry.
    pub enum Author: "kind" {
        /// The conversation's visitor.
        "visitor" => Visitor {},
        /// A member of the team.
        "agent" => Agent {
            /// Which one.
            id: AgentId,
            /// The name at the time of writing.
            name: String,
        },
        /// Porchlight itself: routing, a snooze that ended.
        "system" => System {},
    }
}

tagged! {
    /// What an entry says.
    pub enum Body: "kind" {
        /// A message that visitor and agents see.
        "message" => Message {
            /// Plain text.
            text: String,
        },
        /// A private note that only agents see.
        "note" => Note {
            /// Plain text.
            text: String,
        },
        /// Something that happened to the conversation.
        "event" => Event {
            /// What happened.
            event: Event,
        },
    }
}

tagged! {
    /// Whose read position moved.
    pub enum Reader: "kind" {
        /// The visitor's.
        "visitor" => Visitor {},
        /// The team's: the furthest that any agent has read.
        "team" => Team {},
    }
}

impl Body {
    /// What was written; empty for what happened.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Message { text } | Self::Note { text } => text,
            Self::Event { .. } => "",
        }
    }
}
