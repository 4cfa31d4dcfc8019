//! What an agent's browser stores for them: drafts, and messages that the server has not acknowledged. A reload
//! loses none of it; logging out deletes it.
//!
//! Each key begins with the agent's id, so the next agent to log in on the same device sees none of it.

use protocol::{AgentId, UnixMillis};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::browser::{now_ms, storage};

/// How long a stored value lasts, in milliseconds: 30 days.
const KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// One agent's part of the browser's storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Device(pub(crate) AgentId);

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    at_ms: UnixMillis,
    value: T,
}

impl Device {
    fn key(self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    fn prefix(self) -> String {
        format!("porchlight/{}/", self.0)
    }

    /// Stores a value under a name. If the browser has no room, the value is not stored.
    pub(crate) fn keep<T: Serialize>(self, name: &str, value: &T) {
        if let Ok(kept) = serde_json::to_string(&Kept { at_ms: now_ms(), value }) {
            storage::set(&self.key(name), &kept);
        }
    }

    /// Deletes the value stored under a name.
    pub(crate) fn forget(self, name: &str) {
        storage::remove(&self.key(name));
    }

    /// Returns the values whose names begin with `folder`, each with the rest of its name.
    pub(crate) fn kept<T: DeserializeOwned>(self, folder: &str) -> Vec<(String, T)> {
        let (start, now_ms) = (self.key(folder), now_ms());
        let mut found = Vec::new();
        for key in storage::keys() {
            let Some(rest) = key.strip_prefix(&start) else { continue };
            let text = storage::get(&key).unwrap_or_default();
            match serde_json::from_str::<Kept<T>>(&text) {
                Ok(kept) if now_ms.since(kept.at_ms) < KEPT_MS => {
                    found.push((rest.to_owned(), kept.value));
                }
                // Too old, or written by another version.
                _ => storage::remove(&key),
            }
        }
        found
    }

    /// Deletes everything stored for the agent.
    pub(crate) fn clear(self) {
        let theirs = storage::keys().into_iter().filter(|key| key.starts_with(&self.prefix()));
        theirs.for_each(|key| storage::remove(&key));
    }
}
