//! What a client has sent and not yet seen acknowledged.

use alloc::string::String;
use alloc::vec::Vec;

use crate::entry::Entry;
use crate::error::ErrorCode;
use crate::file::Files;
use crate::id::ClientId;
use crate::json::record;

record! {
    /// One send that waits for its acknowledgement.
    pub struct Outgoing {
        /// The client's name for it.
        pub client_id: ClientId,
        /// Plain text.
        pub text: String,
        /// What it carries. They are uploaded already.
        pub files: Files,
        /// When it was typed, by the client's clock, in milliseconds since 1970 (UTC).
        pub at_ms: u64,
        /// Why the server refused it, for good. Absent while it waits.
        pub refused: Option<ErrorCode>,
    }
}

/// Sends in the order they were typed. Whatever is here is sent again on every new connection:
/// its `client_id` makes that harmless.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    waiting: Vec<Outgoing>,
}

impl From<Vec<Outgoing>> for Outbox {
    fn from(waiting: Vec<Outgoing>) -> Self {
        Self { waiting }
    }
}

impl Outbox {
    /// What waits, oldest first, with what was refused.
    #[must_use]
    pub fn waiting(&self) -> &Vec<Outgoing> {
        &self.waiting
    }

    /// What is to be sent on a new connection.
    pub fn to_send(&self) -> impl Iterator<Item = &Outgoing> {
        self.waiting.iter().filter(|outgoing| outgoing.refused.is_none())
    }

    /// Adds a send.
    pub fn push(&mut self, client_id: ClientId, text: String, files: Files, at_ms: u64) {
        self.waiting.push(Outgoing { client_id, text, files, at_ms, refused: None });
    }

    /// Drops the send that `entry` answers. Says whether there was one.
    pub fn settle(&mut self, entry: &Entry) -> bool {
        self.remove(entry.client_id).is_some()
    }

    /// Takes a send out, to be dropped or typed anew.
    pub fn remove(&mut self, client_id: ClientId) -> Option<Outgoing> {
        let index = self.waiting.iter().position(|outgoing| outgoing.client_id == client_id)?;
        Some(self.waiting.remove(index))
    }

    /// Marks a send as refused for good.
    pub fn refuse(&mut self, client_id: ClientId, code: ErrorCode) {
        for outgoing in &mut self.waiting {
            if outgoing.client_id == client_id {
                outgoing.refused = Some(code);
            }
        }
    }
}
