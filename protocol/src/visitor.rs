//! The frames of a visitor's WebSocket.

use alloc::string::String;
use alloc::vec::Vec;

use crate::entry::{Entry, Reader};
use crate::error::ErrorCode;
use crate::file::FileIds;
use crate::id::{ClientId, ConversationId};
use crate::json::{RawJson, tagged};
use crate::presence::Availability;
use crate::seq::Seq;

tagged! {
    /// A frame that a visitor's client sends.
    pub enum FromVisitor: "type" {
        /// The first frame: who the visitor is, and what the client already has.
        "hello" => Hello {
            /// The inbox's public key.
            inbox: String,
            /// The origin of the page that embeds the chat; absent on the standalone page.
            site: Option<String>,
            /// The address of that page.
            page: Option<String>,
            /// The token from an earlier visit.
            token: Option<String>,
            /// Without a token: 32 hexadecimal digits that the client made up and stores. The same seed
            /// means the same visitor, so that two tabs that both start fresh become one visitor.
            seed: Option<String>,
            /// The last position that the client has; absent to get the latest page.
            after: Option<Seq>,
            /// Which conversation `after` belongs to; absent if the client does not know.
            conversation: Option<ConversationId>,
            /// What the page says about its visitor: `user`, `referrer`, `language`, `time_zone`.
            about: Option<RawJson>,
        },
        /// Write a message.
        "send" => Send {
            /// The client's id for this send. Sending it again is harmless.
            client_id: ClientId,
            /// Plain text. May be empty if there are files.
            text: String,
            /// The files to attach. The visitor has already uploaded them.
            files: FileIds,
        },
        /// Ask for what follows a position.
        "resume" => Resume {
            /// The last position that the client has.
            after: Seq,
        },
        /// Ask for the page before a position.
        "history" => History {
            /// The first position that the client has.
            before: Seq,
            /// One of the visitor's earlier conversations; absent for the current one.
            conversation: Option<ConversationId>,
        },
        /// The visitor has seen everything up to a position.
        "read" => Read {
            /// The last position seen.
            seq: Seq,
        },
        /// The visitor is typing. Not stored.
        "typing" => Typing {},
        /// The visitor is on another page of the site.
        "page" => Page {
            /// Its address.
            page: String,
        },
        /// Is the connection alive?
        "ping" => Ping {},
    }
}

tagged! {
    /// A frame that the server sends to a visitor.
    pub enum ToVisitor: "type" {
        /// The answer to `hello`.
        "welcome" => Welcome {
            /// To store, and to send in the next `hello`.
            token: String,
            /// The current conversation; absent if there is none. If it is not the one that the client has,
            /// the client's entries belong to another conversation.
            conversation: Option<ConversationId>,
            /// The inbox's name.
            inbox_name: String,
            /// The last position of the conversation that the visitor may see; 0 if there is none.
            head: Seq,
            /// How far the visitor has read.
            visitor_read_seq: Seq,
            /// How far the team has read.
            team_read_seq: Seq,
            /// The entries that the client lacks, oldest first.
            entries: Vec<Entry>,
            /// Whether anyone answers.
            availability: Availability,
            /// The visitor's place in the queue, if they wait for an agent: 1 is next.
            queue: Option<u64>,
            /// The visitor's conversation before this one.
            earlier: Option<ConversationId>,
        },
        /// The entry is on disk.
        "ack" => Ack {
            /// The client's id for the send.
            client_id: ClientId,
            /// The entry stored under that id.
            entry: Entry,
        },
        /// A new entry.
        "entry" => Entry {
            /// The entry.
            entry: Entry,
        },
        /// The answer to `resume`: the entries that follow, oldest first. Ask again until `head` is
        /// reached.
        "entries" => Entries {
            /// The last position of the conversation.
            head: Seq,
            /// The entries.
            entries: Vec<Entry>,
        },
        /// The answer to `history`: the page before the position, oldest first; empty at the beginning.
        "history" => History {
            /// The entries.
            entries: Vec<Entry>,
            /// Which earlier conversation; absent for the current one.
            conversation: Option<ConversationId>,
            /// For a page of an earlier conversation: the visitor's conversation before that one.
            earlier: Option<ConversationId>,
        },
        /// Someone has read up to a position.
        "read" => Read {
            /// Who.
            by: Reader,
            /// The last position they saw.
            seq: Seq,
        },
        /// An agent is typing. Valid for [`crate::limits::TYPING_MS`].
        "typing" => Typing {
            /// Their name.
            name: String,
        },
        /// Whether anyone answers has changed.
        "availability" => Availability {
            /// The new availability.
            availability: Availability,
        },
        /// The visitor's place in the queue has changed.
        "queue" => Queue {
            /// 1 is next; absent if they no longer wait.
            position: Option<u64>,
        },
        /// The connection is alive, and this is the head of the conversation.
        "pong" => Pong {
            /// The last position of the conversation.
            head: Seq,
        },
        /// A frame was refused.
        "error" => Error {
            /// The error code.
            code: ErrorCode,
            /// The code's sentence in English.
            message: String,
            /// Whether the same frame may succeed later.
            temporary: bool,
            /// The refused send's id, if it was a send.
            client_id: Option<ClientId>,
        },
    }
}
