//! The frames of an agent's WebSocket.

use alloc::string::String;
use alloc::vec::Vec;

use crate::change::Change;
use crate::entry::{Author, Entry, Reader};
use crate::error::ErrorCode;
use crate::file::FileIds;
use crate::id::{AgentId, ClientId, ConversationId};
use crate::json::tagged;
use crate::presence::Presence;
use crate::seq::Seq;
use crate::summary::{Summary, Teammate};

tagged! {
    /// A frame that an agent's client sends.
    pub enum FromAgent: "type" {
        /// Send the entries after a position now, and new entries of the conversation as they come.
        "watch" => Watch {
            /// Which conversation.
            conversation: ConversationId,
            /// The last position that the client has; absent to get the latest page.
            after: Option<Seq>,
        },
        /// Stop sending the conversation's entries.
        "unwatch" => Unwatch {
            /// Which conversation.
            conversation: ConversationId,
        },
        /// Write a message or a note.
        "send" => Send {
            /// Which conversation.
            conversation: ConversationId,
            /// The client's id for this send. Sending it again is harmless.
            client_id: ClientId,
            /// Plain text. May be empty if there are files.
            text: String,
            /// The files to attach. The agent has already uploaded them.
            files: FileIds,
            /// Whether it is a note, which the visitor must not see; absent means no.
            note: Option<bool>,
        },
        /// Ask for the page before a position.
        "history" => History {
            /// Which conversation.
            conversation: ConversationId,
            /// The first position that the client has.
            before: Seq,
        },
        /// The agent has seen everything up to a position.
        "read" => Read {
            /// Which conversation.
            conversation: ConversationId,
            /// The last position seen.
            seq: Seq,
        },
        /// Change a conversation. The effects follow as `conversation` and `entry` frames.
        "change" => Change {
            /// Which conversation.
            conversation: ConversationId,
            /// The change.
            change: Change,
        },
        /// The presence that the agent wants while they are connected. Stored.
        "presence" => Presence {
            /// The presence.
            presence: Presence,
        },
        /// The agent is typing to the visitor. Not stored.
        "typing" => Typing {
            /// Which conversation.
            conversation: ConversationId,
        },
        /// Is the connection alive?
        "ping" => Ping {},
    }
}

tagged! {
    /// A frame that the server sends to an agent.
    pub enum ToAgent: "type" {
        /// The first frame: whose socket this is, and the current list of conversations.
        "welcome" => Welcome {
            /// The agent.
            agent: AgentId,
            /// The conversations that wait for an answer, most recent first: see
            /// [`crate::Filter::waiting`].
            conversations: Vec<Summary>,
            /// The agents, by name, including this one.
            team: Vec<Teammate>,
        },
        /// An agent joined or left.
        "team" => Team {
            /// The agents now, by name.
            team: Vec<Teammate>,
        },
        /// A conversation began or changed.
        "conversation" => Conversation {
            /// Its current state.
            summary: Summary,
        },
        /// The answer to `watch`: the entries that follow, oldest first. Ask again until `head` is reached.
        "entries" => Entries {
            /// Which conversation.
            conversation: ConversationId,
            /// The last position of the conversation.
            head: Seq,
            /// How far the visitor has read.
            visitor_read_seq: Seq,
            /// Whether the visitor is connected.
            visitor_online: bool,
            /// The entries.
            entries: Vec<Entry>,
        },
        /// The answer to `history`: the page before the position, oldest first; empty at the beginning.
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
            /// The client's id for the send.
            client_id: ClientId,
            /// The entry stored under that id.
            entry: Entry,
        },
        /// A new entry in a watched conversation.
        "entry" => Entry {
            /// Which conversation.
            conversation: ConversationId,
            /// The entry.
            entry: Entry,
        },
        /// Someone has read up to a position. `team` goes only to the agent who read.
        "read" => Read {
            /// Which conversation.
            conversation: ConversationId,
            /// Who.
            by: Reader,
            /// The last position they saw.
            seq: Seq,
            /// How many of the visitor's messages that includes.
            visitor_messages: u64,
        },
        /// Someone is typing in a watched conversation. Valid for [`crate::limits::TYPING_MS`]. An agent
        /// does not get their own typing.
        "typing" => Typing {
            /// Which conversation.
            conversation: ConversationId,
            /// Who.
            by: Author,
        },
        /// An agent connected, disconnected or chose another presence.
        "presence" => Presence {
            /// Which agent.
            agent: AgentId,
            /// Their presence now.
            presence: Presence,
        },
        /// The visitor of a watched conversation connected or disconnected.
        "visitor_presence" => VisitorPresence {
            /// Which conversation.
            conversation: ConversationId,
            /// Whether they are connected.
            online: bool,
        },
        /// A conversation was erased.
        "gone" => Gone {
            /// Which conversation.
            conversation: ConversationId,
        },
        /// The visitor of a watched conversation is on another page of the site.
        "visitor_page" => VisitorPage {
            /// Which conversation.
            conversation: ConversationId,
            /// The page's address; absent if it is too long to store.
            page: Option<String>,
        },
        /// The answer to `change`: the conversation is now in that state, or was already. The effects come
        /// as other frames.
        "changed" => Changed {
            /// Which conversation.
            conversation: ConversationId,
        },
        /// The connection is alive.
        "pong" => Pong {},
        /// A frame was refused.
        "error" => Error {
            /// The error code.
            code: ErrorCode,
            /// The code's sentence in English.
            message: String,
            /// Whether the same frame may succeed later.
            temporary: bool,
            /// The conversation that it was about.
            conversation: Option<ConversationId>,
            /// The refused send's id, if it was a send.
            client_id: Option<ClientId>,
        },
    }
}
