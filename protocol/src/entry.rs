//! One entry of a conversation's log, as an audience (the visitor or the team) sees it.

use alloc::string::String;

use crate::event::Event;
use crate::file::Files;
use crate::id::{AgentId, ClientId};
use crate::json::{record, tagged};
use crate::seq::Seq;
use crate::unix_millis::UnixMillis;

record! {
    /// One entry of a conversation's log.
    pub struct Entry {
        /// Its position in the conversation.
        pub seq: Seq,
        /// The position of the previous entry that this audience may see; 0 if there is none.
        pub prev: Seq,
        /// When the server received it, in milliseconds since 1970 (UTC).
        pub at_ms: UnixMillis,
        /// The sender's id for the send.
        pub client_id: ClientId,
        /// Who wrote it.
        pub author: Author,
        /// Its content.
        pub body: Body,
        /// The attached files; absent if there are none.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Files::is_empty"))]
        pub files: Files,
    }
}

tagged! {
    /// Who wrote an entry.
    pub enum Author: "kind" {
        /// The conversation's visitor.
        "visitor" => Visitor {},
        /// An agent.
        "agent" => Agent {
            /// Which agent.
            id: AgentId,
            /// Their name at the time of writing.
            name: String,
        },
        /// Porchlight itself: for example routing, or a snooze that ended.
        "system" => System {},
    }
}

tagged! {
    /// The content of an entry.
    pub enum Body: "kind" {
        /// A message that the visitor and agents see.
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
        /// The team's: the furthest position that any agent has read.
        "team" => Team {},
    }
}

impl Body {
    /// The text of a message or note; empty for an event.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Message { text } | Self::Note { text } => text,
            Self::Event { .. } => "",
        }
    }
}
