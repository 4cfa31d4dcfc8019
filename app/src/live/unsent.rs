//! Messages that were sent but not acknowledged, stored on the device until they are.

use std::collections::HashSet;

use protocol::{ClientId, ConversationId, Outgoing};
use serde::{Deserialize, Serialize};

use super::Store;
use super::device::Device;

const FOLDER: &str = "unsent/";

/// A message, as stored on the device.
#[derive(Serialize, Deserialize)]
struct Kept {
    outgoing: Outgoing,
    is_note: bool,
}

/// The messages stored on the device.
#[derive(Default)]
pub(super) struct StoredUnsent(HashSet<(ConversationId, ClientId)>);

fn name((conversation, client_id): &(ConversationId, ClientId)) -> String {
    format!("{FOLDER}{conversation}/{client_id}")
}

impl StoredUnsent {
    /// Restores what an earlier page left, as if it were sent now.
    pub(super) fn restore(&mut self, device: Device, store: &mut Store) {
        let mut kept: Vec<(ConversationId, Kept)> = device
            .kept(FOLDER)
            .into_iter()
            .filter_map(|(name, kept)| {
                Some((ConversationId::parse(name.split_once('/')?.0)?, kept))
            })
            .collect();
        kept.sort_by_key(|(_, kept)| kept.outgoing.at_ms);
        for (conversation, Kept { outgoing, is_note }) in kept {
            self.0.insert((conversation, outgoing.client_id));
            store.restore(conversation, outgoing, is_note);
        }
    }

    /// Updates the device to match the store.
    pub(super) fn follow(&mut self, device: Device, store: &Store) {
        let mut now = HashSet::new();
        for (conversation, outgoing, is_note) in store.outgoing() {
            let key = (conversation, outgoing.client_id);
            if !self.0.contains(&key) {
                device.keep(&name(&key), &Kept { outgoing: outgoing.clone(), is_note });
            }
            now.insert(key);
        }
        for key in self.0.difference(&now) {
            device.forget(&name(key));
        }
        self.0 = now;
    }
}
