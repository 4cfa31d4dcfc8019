//! What an agent's browser stores for them: drafts, and messages that the server has not acknowledged. A reload
//! loses none of it; logging out deletes it.
//!
//! Each key begins with the agent's id, so the next agent to log in on the same device sees none of it.

use protocol::{AgentId, UnixMillis};
#[cfg(feature = "hydrate")]
use serde::{Serialize, de::DeserializeOwned};

/// How long a stored value lasts, in milliseconds: 30 days.
#[cfg(feature = "hydrate")]
const KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// One agent's part of the browser's storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Device(pub(crate) AgentId);

#[cfg(feature = "hydrate")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept<T> {
    at_ms: UnixMillis,
    value: T,
}

#[cfg(feature = "hydrate")]
impl Device {
    fn key(self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    fn prefix(self) -> String {
        format!("porchlight/{}/", self.0)
    }

    /// Stores a value under a name. If the browser has no room, the value is not stored.
    pub(crate) fn keep<T: Serialize>(self, name: &str, value: &T) {
        let kept = serde_json::to_string(&Kept { at_ms: super::now_ms(), value });
        if let (Some(storage), Ok(kept)) = (storage(), kept) {
            let _full = storage.set_item(&self.key(name), &kept);
        }
    }

    /// Deletes the value stored under a name.
    pub(crate) fn forget(self, name: &str) {
        if let Some(storage) = storage() {
            let _removed = storage.remove_item(&self.key(name));
        }
    }

    /// Returns the values whose names begin with `folder`, each with the rest of its name.
    pub(crate) fn kept<T: DeserializeOwned>(self, folder: &str) -> Vec<(String, T)> {
        let Some(storage) = storage() else { return Vec::new() };
        let start = self.key(folder);
        let now_ms = super::now_ms();
        let mut found = Vec::new();
        for key in keys(&storage) {
            let Some(rest) = key.strip_prefix(&start) else { continue };
            let text = storage.get_item(&key).ok().flatten().unwrap_or_default();
            match serde_json::from_str::<Kept<T>>(&text) {
                Ok(kept) if now_ms.since(kept.at_ms) < KEPT_MS => {
                    found.push((rest.to_owned(), kept.value));
                }
                // Too old, or written by another version.
                _ => {
                    let _removed = storage.remove_item(&key);
                }
            }
        }
        found
    }

    /// Deletes everything stored for the agent.
    pub(crate) fn clear(self) {
        let Some(storage) = storage() else { return };
        for key in keys(&storage).into_iter().filter(|key| key.starts_with(&self.prefix())) {
            let _removed = storage.remove_item(&key);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
impl Device {
    /// The server stores nothing.
    pub(crate) fn clear(self) {}
}

/// Returns the browser's storage; `None` if the browser forbids it.
#[cfg(feature = "hydrate")]
fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}

#[cfg(feature = "hydrate")]
fn keys(storage: &web_sys::Storage) -> Vec<String> {
    let count = storage.length().unwrap_or(0);
    (0..count).filter_map(|index| storage.key(index).ok().flatten()).collect()
}
