//! What a client has sent and has not seen acknowledged yet.

use alloc::string::String;
use alloc::vec::Vec;

use crate::entry::Entry;
use crate::error::ErrorCode;
use crate::file::Files;
use crate::id::ClientId;
use crate::json::record;
use crate::unix_millis::UnixMillis;

record! {
    /// A send that waits for its acknowledgment.
    pub struct Outgoing {
        /// The client's id for the send.
        pub client_id: ClientId,
        /// Plain text.
        pub text: String,
        /// The attached files. They are already uploaded.
        pub files: Files,
        /// When it was written, by the client's clock, in milliseconds since 1970 (UTC).
        pub at_ms: UnixMillis,
        /// Why the server permanently refused it. Absent while it waits.
        pub refused: Option<ErrorCode>,
    }
}

/// Sends in the order they were written. Everything here that was not refused is sent again on every new
/// connection, which its `client_id` makes harmless.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    waiting: Vec<Outgoing>,
}

impl From<Vec<Outgoing>> for Unsent {
    fn from(waiting: Vec<Outgoing>) -> Self {
        Self { waiting }
    }
}

impl Unsent {
    /// All sends, oldest first, including the refused ones.
    #[must_use]
    pub fn waiting(&self) -> &Vec<Outgoing> {
        &self.waiting
    }

    /// The sends to repeat on a new connection.
    pub fn to_send(&self) -> impl Iterator<Item = &Outgoing> {
        self.waiting.iter().filter(|outgoing| outgoing.refused.is_none())
    }

    /// Adds a send.
    pub fn push(&mut self, client_id: ClientId, text: String, files: Files, at_ms: UnixMillis) {
        self.waiting.push(Outgoing { client_id, text, files, at_ms, refused: None });
    }

    /// Removes the send that `entry` acknowledges. Returns whether there was one.
    pub fn acknowledge(&mut self, entry: &Entry) -> bool {
        self.remove(entry.client_id).is_some()
    }

    /// Removes a send, to discard it or to write it again.
    pub fn remove(&mut self, client_id: ClientId) -> Option<Outgoing> {
        let index = self.waiting.iter().position(|outgoing| outgoing.client_id == client_id)?;
        Some(self.waiting.remove(index))
    }

    /// Marks a send as permanently refused.
    pub fn refuse(&mut self, client_id: ClientId, code: ErrorCode) {
        for outgoing in &mut self.waiting {
            if outgoing.client_id == client_id {
                outgoing.refused = Some(code);
            }
        }
    }
}
