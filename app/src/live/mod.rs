//! Keeps the screen up to date: a store holds what is shown, and a socket feeds it.
//!
//! The store has the rules, and is tested without a browser. The socket only carries frames.

mod device;
mod socket;
mod store;
mod summaries;
mod unsent;

use leptos::prelude::*;
use protocol::{
    AgentId, Author, Change, ClientId, ConversationId, Files, FromAgent, Summary, ToAgent,
};

pub(crate) use device::Device;
#[cfg(feature = "hydrate")]
pub(crate) use socket::hang_up;
pub(crate) use store::{Open, Store};

use crate::browser::{now_ms, random_id};

/// The state of the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Connecting for the first time.
    Connecting,
    /// Connected: frames go both ways.
    Online,
    /// Lost. The client keeps retrying.
    Offline,
    /// The server refuses this login. The client does not retry.
    LoggedOut,
}

/// The store and the socket, as pages use them.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    store: RwSignal<Store>,
    status: RwSignal<Status>,
    socket: StoredValue<Option<socket::SocketHandle>>,
    unsent: StoredValue<unsent::StoredUnsent>,
}

/// Provides the store and the socket as a context for all pages.
pub(crate) fn provide_live() {
    provide_context(Live {
        store: RwSignal::new(Store::default()),
        status: RwSignal::new(Status::Connecting),
        socket: StoredValue::new(None),
        unsent: StoredValue::new(unsent::StoredUnsent::default()),
    });
}

impl Live {
    pub(crate) fn get() -> Self {
        expect_context()
    }

    /// Returns the state of the socket. Tracked.
    pub(crate) fn status(self) -> Status {
        self.status.get()
    }

    fn is_online(self) -> bool {
        self.store.with_untracked(Store::is_online)
    }

    fn lost(self) {
        self.store.update_untracked(Store::lost);
    }

    /// Reads from the store. Tracked.
    pub(crate) fn with<R>(self, look: impl FnOnce(&Store) -> R) -> R {
        self.store.with(look)
    }

    /// Returns a conversation's summary; `None` once the conversation was erased.
    pub(crate) fn summary(self, id: ConversationId) -> Memo<Option<Summary>> {
        let row = Memo::new(move |_| self.with(|store| store.summary(id)));
        Memo::new(move |_| row.with(|row| row.as_ref().map(Get::get)))
    }

    /// Returns the agent on this screen. Not tracked, because it does not change.
    pub(crate) fn me(self) -> Option<AgentId> {
        self.store.with_untracked(Store::me)
    }

    /// Whether an author is the agent on this screen. Not tracked, because it does not change.
    pub(crate) fn is_me(self, author: &Author) -> bool {
        self.store.with_untracked(|store| store.is_me(author))
    }

    /// Changes the store and sends the resulting frames.
    pub(crate) fn update(self, change: impl FnOnce(&mut Store) -> Vec<FromAgent>) {
        let frames = self.store.try_update(change).unwrap_or_default();
        // Store the message before sending it.
        self.keep_unsent();
        if self.store.with_untracked(Store::is_online) {
            self.send(frames);
        }
    }

    /// Sets the agent that the store belongs to. In a browser, also opens the socket.
    pub(crate) fn belongs_to(self, me: AgentId) {
        self.store.update_untracked(|store| store.belongs_to(me));
        Effect::new(move |_| {
            if self.socket.with_value(Option::is_none) {
                let restore = |store: &mut Store| {
                    self.unsent.update_value(|unsent| unsent.restore(Device(me), store));
                };
                self.store.update(restore);
                self.socket.set_value(Some(socket::open(self)));
            }
        });
    }

    /// Stores the unsent messages on the device. Only once the socket was opened: on the server there is no device.
    fn keep_unsent(self) {
        if self.socket.with_value(Option::is_none) {
            return;
        }
        self.store.with_untracked(|store| {
            if let Some(me) = store.me() {
                self.unsent.update_value(|unsent| unsent.follow(Device(me), store));
            }
        });
    }

    /// Sends a message, now or once the socket is back.
    pub(crate) fn say(self, id: ConversationId, text: String, files: Files, is_note: bool) {
        let Some(client_id) = random_id().map(ClientId) else { return };
        self.update(|store| store.say(id, client_id, text, files, is_note, now_ms()));
    }

    /// Applies a change to a conversation.
    pub(crate) fn change(self, conversation: ConversationId, change: Change) {
        self.update(|store| store.change(conversation, change));
    }

    /// Applies a frame from the socket.
    fn receive(self, frame: ToAgent) {
        let is_typing = matches!(frame, ToAgent::Typing { .. });
        self.update(|store| store.apply(frame, now_ms()));
        if is_typing {
            let over = move || {
                self.store.update(|store| store.expire_typing(now_ms()));
            };
            let ms = protocol::limits::TYPING_MS + 50;
            set_timeout(over, std::time::Duration::from_millis(ms));
        }
    }

    fn send(self, frames: Vec<FromAgent>) {
        self.socket.with_value(|line| {
            for frame in frames {
                if let Some(line) = line {
                    line.send(&frame);
                }
            }
        });
    }
}
