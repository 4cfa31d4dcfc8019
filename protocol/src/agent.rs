//! The frames of an agent's socket.

use alloc::string::String;
use alloc::vec::Vec;

use crate::change::Change;
use crate::entry::{Author, Entry, Reader, Seq};
use crate::error::ErrorCode;
use crate::file::FileIds;
use crate::id::{AgentId, ClientId, ConversationId};
use crate::json::tagged;
use crate::presence::Presence;
use crate::summary::{Summary, Teammate};

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
            /// Plain text. May be empty where there are files.
            text: String,
            /// What it is to carry: files that the agent has uploaded.
            files: FileIds,
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
        /// Do something to a conversation. What follows from it comes as `conversation` and `entry`.
        "change" => Change {
            /// Which conversation.
            conversation: ConversationId,
            /// What.
            change: Change,
        },
        /// What the agent wants to be while they have a socket. Kept.
        "presence" => Presence {
            /// What.
            presence: Presence,
        },
        /// The agent is writing to the visitor. Not kept.
        "typing" => Typing {
            /// Where.
            conversation: ConversationId,
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
            /// Those that wait for somebody, most recent first: see [`crate::Filter::waiting`].
            conversations: Vec<Summary>,
            /// The team, by name, the agent among them.
            team: Vec<Teammate>,
        },
        /// Somebody joined the team, or left it.
        "team" => Team {
            /// As it is now, by name.
            team: Vec<Teammate>,
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
            /// Whether the visitor has a socket.
            visitor_online: bool,
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
        /// Somebody is writing in a watched conversation. It holds for
        /// [`crate::limits::TYPING_MS`]; the agent's own typing is not told.
        "typing" => Typing {
            /// Where.
            conversation: ConversationId,
            /// Who.
            by: Author,
        },
        /// An agent came, went or chose.
        "presence" => Presence {
            /// Who.
            agent: AgentId,
            /// What they are now.
            presence: Presence,
        },
        /// The visitor of a watched conversation came or went.
        "visitor_presence" => VisitorPresence {
            /// Which conversation.
            conversation: ConversationId,
            /// Whether they have a socket.
            online: bool,
        },
        /// A conversation was erased.
        "gone" => Gone {
            /// Which.
            conversation: ConversationId,
        },
        /// The visitor of a watched conversation is on another page of the site.
        "visitor_page" => VisitorPage {
            /// Which conversation.
            conversation: ConversationId,
            /// Its address; absent if it is too long to be kept.
            page: Option<String>,
        },
        /// The answer to `change`: it is so now, or was already. What it changed comes in frames of its own.
        "changed" => Changed {
            /// Which conversation.
            conversation: ConversationId,
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
