//! The wire protocol between a Porchlight server, its visitors and its agents.
//!
//! This crate owns the frames and their JSON form, ids, limits, error and close codes, and [`Replica`], a
//! client's copy of one conversation. It must know nothing about sockets, stores or screens. The visitors'
//! widget links no other crate of the workspace, so this one does without the standard library, `format!`,
//! floats and serde. `docs/PROTOCOL.md` describes the same protocol for other languages.

#![cfg_attr(not(any(test, feature = "openapi", feature = "sea-orm")), no_std)]

extern crate alloc;

mod access;
mod agent;
mod backoff;
mod change;
mod close;
mod entry;
mod error;
mod event;
mod file;
mod filter;
mod id;
pub mod json;
pub mod limits;
pub mod link;
mod mail;
mod person;
mod presence;
mod replica;
mod search;
mod seq;
#[cfg(feature = "sea-orm")]
mod stored;
mod summary;
mod team;
mod thread;
mod unix_millis;
mod unsent;
mod visitor;
mod words;

pub use access::Scope;
pub use agent::{FromAgent, ToAgent};
pub use backoff::{Backoff, Waits};
pub use change::{Change, Routing, Status};
pub use close::CloseCode;
pub use entry::{Author, Body, Entry, Reader};
pub use error::ErrorCode;
pub use event::Event;
pub use file::{File, FileIds, Files, Several};
pub use filter::Filter;
pub use id::{
    AccessTokenId, AgentId, BlockId, ClientId, ConversationId, FileId, InboundId, InboxId, LabelId,
    LoginId, MailId, PasskeyId, ProviderId, TeamId, VisitorId,
};
pub use mail::{DropReason, InboundReason, InboundState, MailKind, MailState};
pub use person::{Erased, FoundPerson};
pub use presence::{Attendance, Availability, Presence};
pub use replica::{Applied, Replica};
pub use search::{Hit, Part};
pub use seq::Seq;
pub use summary::{Conversations, Label, Person, Summary, Teammate};
pub use team::{Inbox, Member, Team};
pub use thread::Thread;
pub use unix_millis::UnixMillis;
pub use unsent::{Outgoing, Unsent};
pub use visitor::{FromVisitor, ToVisitor};

/// The WebSocket subprotocol that both sides must agree on (RFC 6455, section 1.9).
///
/// A change that an older client would misread needs a new name here.
pub const SUBPROTOCOL: &str = "porchlight.v1";
