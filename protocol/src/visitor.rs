//! The frames of a visitor's socket.

use alloc::string::String;
use alloc::vec::Vec;

use crate::entry::{Entry, Reader, Seq};
use crate::error::ErrorCode;
use crate::file::FileIds;
use crate::id::{ClientId, ConversationId};
use crate::json::{RawJson, tagged};
use crate::presence::Availability;

tagged! {
    /// What a visitor's client sends.
    pub enum FromVisitor: "type" {
        /// The first frame: who is there, and what they have already.
        "hello" => Hello {
            /// The inbox's public key.
            inbox: String,
            /// The origin of the page that embeds the chat; absent on the stand-alone page.
            site: Option<String>,
            /// The address of that page.
            page: Option<String>,
            /// The token of an earlier visit.
            token: Option<String>,
            /// Without a token: 32 hexadecimal digits that the client made up and keeps. The same
            /// seed is the same visitor, so that two tabs that both begin are one.
            seed: Option<String>,
            /// The last position the client has; absent for the latest page.
            after: Option<Seq>,
            /// Which conversation `after` is a position of; absent if the client does not know.
            conversation: Option<ConversationId>,
            /// What the page says of its visitor: `user`, `referrer`, `language`, `time_zone`.
            about: Option<RawJson>,
        },
        /// Say something.
        "send" => Send {
            /// The client's name for it. Sending it again is harmless.
            client_id: ClientId,
            /// Plain text. May be empty where there are files.
            text: String,
            /// What it is to carry: files that the visitor has uploaded.
            files: FileIds,
        },
        /// Ask for what comes after a position.
        "resume" => Resume {
            /// The last position the client has.
            after: Seq,
        },
        /// Ask for the page before a position.
        "history" => History {
            /// The first position the client has.
            before: Seq,
            /// Of which earlier conversation of theirs; absent for the one that goes on.
            conversation: Option<ConversationId>,
        },
        /// All up to a position was seen.
        "read" => Read {
            /// The last position seen.
            seq: Seq,
        },
        /// The visitor is writing. Not kept.
        "typing" => Typing {},
        /// The visitor is on another page of the site.
        "page" => Page {
            /// Its address.
            page: String,
        },
        /// Is the line alive?
        "ping" => Ping {},
    }
}

tagged! {
    /// What the server sends to a visitor.
    pub enum ToVisitor: "type" {
        /// The answer to `hello`.
        "welcome" => Welcome {
            /// To be kept, and sent in the next `hello`.
            token: String,
            /// Which conversation it is; absent if there is none. Another than the client has means
            /// that what it has is of another.
            conversation: Option<ConversationId>,
            /// The inbox's name.
            inbox_name: String,
            /// The last position of the conversation that the visitor may see; 0 if there is none.
            head: Seq,
            /// How far the visitor has read.
            visitor_read_seq: Seq,
            /// How far the team has read.
            team_read_seq: Seq,
            /// What the client lacks, oldest first.
            entries: Vec<Entry>,
            /// Whether somebody answers.
            availability: Availability,
            /// The visitor's place in the queue, if they wait for an agent: 1 is next.
            queue: Option<u64>,
            /// The conversation that the visitor had before this one.
            earlier: Option<ConversationId>,
        },
        /// The entry is on disk.
        "ack" => Ack {
            /// The name the client gave to the send.
            client_id: ClientId,
            /// The entry that exists under that name.
            entry: Entry,
        },
        /// A new entry.
        "entry" => Entry {
            /// The entry.
            entry: Entry,
        },
        /// The answer to `resume`: what follows, oldest first. Ask again while `head` is not reached.
        "entries" => Entries {
            /// The last position of the conversation.
            head: Seq,
            /// The entries.
            entries: Vec<Entry>,
        },
        /// The answer to `history`: the page before, oldest first; empty at the beginning.
        "history" => History {
            /// The entries.
            entries: Vec<Entry>,
            /// Of which earlier conversation; absent for the one that goes on.
            conversation: Option<ConversationId>,
            /// With an earlier conversation's page: the one that the visitor had before it.
            earlier: Option<ConversationId>,
        },
        /// Somebody has read up to a position.
        "read" => Read {
            /// Who.
            by: Reader,
            /// The last position they saw.
            seq: Seq,
        },
        /// An agent is writing. It holds for [`crate::limits::TYPING_MS`].
        "typing" => Typing {
            /// Their name.
            name: String,
        },
        /// Whether somebody answers has changed.
        "availability" => Availability {
            /// What it is now.
            availability: Availability,
        },
        /// The visitor's place in the queue has changed.
        "queue" => Queue {
            /// 1 is next; absent if they wait no more.
            position: Option<u64>,
        },
        /// The line is alive, and this is where the conversation is.
        "pong" => Pong {
            /// The last position of the conversation.
            head: Seq,
        },
        /// Something was refused.
        "error" => Error {
            /// What.
            code: ErrorCode,
            /// The same for people, in English.
            message: String,
            /// Whether the same frame may succeed later.
            temporary: bool,
            /// The send that was refused, if it was one.
            client_id: Option<ClientId>,
        },
    }
}
