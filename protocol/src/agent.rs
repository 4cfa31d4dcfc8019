//! The frames of an agent's socket.

use crate::entry::{Entry, Reader, Seq};
use crate::error::ErrorCode;
use crate::id::{AgentId, ClientId, ConversationId};
use crate::json::tagged;
use crate::summary::Summary;

tagged! {
    /// What an agent's client sends.
    pub enum FromAgent: "type" {
        /// Send the conversation's entries from now on, and those after a position at once.
        "watch" => Watch {
            /// Which conversation.
            conversation: ConversationId,
            /// The last position the client has; absent for the latest page.
            after: Option<Seq>,
        },
        /// Stop sending the conversation's entries.
        "unwatch" => Unwatch {
            /// Which conversation.
            conversation: ConversationId,
        },
        /// Say something.
        "send" => Send {
            /// Where.
            conversation: ConversationId,
            /// The client's name for it. Sending it again is harmless.
            client_id: ClientId,
            /// Plain text.
            text: String,
            /// Whether it is a note that the visitor must not see; absent means no.
            note: Option<bool>,
        },
        /// Ask for the page before a position.
        "history" => History {
            /// Which conversation.
            conversation: ConversationId,
            /// The first position the client has.
            before: Seq,
        },
        /// All up to a position was seen.
        "read" => Read {
            /// Which conversation.
            conversation: ConversationId,
            /// The last position seen.
            seq: Seq,
        },
        /// Is the line alive?
        "ping" => Ping {},
    }
}

tagged! {
    /// What the server sends to an agent.
    pub enum ToAgent: "type" {
        /// The first frame: who the socket belongs to, and the list as it is now.
        "welcome" => Welcome {
            /// The agent.
            agent: AgentId,
            /// Most recent first.
            conversations: Vec<Summary>,
        },
        /// A conversation began or changed.
        "conversation" => Conversation {
            /// As it is now.
            summary: Summary,
        },
        /// The answer to `watch`: what follows, oldest first. Ask again while `head` is not reached.
        "entries" => Entries {
            /// Which conversation.
            conversation: ConversationId,
            /// The last position of the conversation.
            head: Seq,
            /// How far the visitor has read.
            visitor_read_seq: Seq,
            /// The entries.
            entries: Vec<Entry>,
        },
        /// The answer to `history`: the page before, oldest first; empty at the beginning.
        "history" => History {
            /// Which conversation.
            conversation: ConversationId,
            /// The entries.
            entries: Vec<Entry>,
        },
        /// The entry is on disk.
        "ack" => Ack {
            /// Which conversation.
            conversation: ConversationId,
            /// The name the client gave to the send.
            client_id: ClientId,
            /// The entry that exists under that name.
            entry: Entry,
        },
        /// A new entry in a watched conversation.
        "entry" => Entry {
            /// Which conversation.
            conversation: ConversationId,
            /// The entry.
            entry: Entry,
        },
        /// Somebody has read up to a position. `team` is sent to the agent who read, and to no other.
        "read" => Read {
            /// Which conversation.
            conversation: ConversationId,
            /// Who.
            by: Reader,
            /// The last position they saw.
            seq: Seq,
            /// How many of the visitor's messages that covers.
            visitor_messages: u64,
        },
        /// The line is alive.
        "pong" => Pong {},
        /// Something was refused.
        "error" => Error {
            /// What.
            code: ErrorCode,
            /// The same for people, in English.
            message: String,
            /// Whether the same frame may succeed later.
            temporary: bool,
            /// The conversation it was about.
            conversation: Option<ConversationId>,
            /// The send that was refused, if it was one.
            client_id: Option<ClientId>,
        },
    }
}
