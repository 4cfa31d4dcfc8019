//! Keeps the screen up to date: a store holds what is shown, and a socket feeds it.
//!
//! The store is plain data with rules, tested without a browser. The socket only carries frames.

mod device;
#[cfg(feature = "hydrate")]
mod socket;
#[cfg_attr(
    not(any(feature = "hydrate", test)),
    expect(dead_code, reason = "only browsers receive frames")
)]
mod store;
#[cfg(feature = "hydrate")]
mod unsent;

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use protocol::ToAgent;
use protocol::{AgentId, Author, Change, ClientId, ConversationId, Files, FromAgent, UnixMillis};

pub(crate) use device::Device;
#[cfg(feature = "hydrate")]
pub(crate) use socket::hang_up;
pub(crate) use store::{Open, Store};

/// The state of the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only browsers open a socket"))]
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
    #[cfg(feature = "hydrate")]
    socket: StoredValue<Option<socket::SocketHandle>, LocalStorage>,
    #[cfg(feature = "hydrate")]
    unsent: StoredValue<unsent::StoredUnsent>,
}

/// Provides the store and the socket as a context for all pages.
pub(crate) fn provide_live() {
    provide_context(Live {
        store: RwSignal::new(Store::default()),
        status: RwSignal::new(Status::Connecting),
        #[cfg(feature = "hydrate")]
        socket: StoredValue::new_local(None),
        #[cfg(feature = "hydrate")]
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

    #[cfg(feature = "hydrate")]
    fn is_online(self) -> bool {
        self.store.with_untracked(Store::is_online)
    }

    #[cfg(feature = "hydrate")]
    fn lost(self) {
        self.store.update_untracked(Store::lost);
    }

    /// Reads from the store. Tracked.
    pub(crate) fn with<R>(self, look: impl FnOnce(&Store) -> R) -> R {
        self.store.with(look)
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
        #[cfg(feature = "hydrate")]
        self.keep_unsent();
        if self.store.with_untracked(Store::is_online) {
            self.send(frames);
        }
    }

    /// Sets the agent that the store belongs to. In a browser, also opens the socket.
    pub(crate) fn belongs_to(self, me: AgentId) {
        self.store.update_untracked(|store| store.belongs_to(me));
        #[cfg(feature = "hydrate")]
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

    #[cfg(feature = "hydrate")]
    fn keep_unsent(self) {
        self.store.with_untracked(|store| {
            if let Some(me) = store.me() {
                self.unsent.update_value(|unsent| unsent.follow(Device(me), store));
            }
        });
    }

    /// Sends a message, now or once the socket is back.
    pub(crate) fn say(self, id: ConversationId, text: String, files: Files, is_note: bool) {
        let Some(client_id) = new_id().map(ClientId) else { return };
        self.update(|store| store.say(id, client_id, text, files, is_note, now_ms()));
    }

    /// Applies a change to a conversation.
    pub(crate) fn change(self, conversation: ConversationId, change: Change) {
        self.update(|store| store.change(conversation, change));
    }

    /// Applies a frame from the socket.
    #[cfg(feature = "hydrate")]
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

    #[cfg(feature = "hydrate")]
    fn send(self, frames: Vec<FromAgent>) {
        self.socket.with_value(|line| {
            for frame in frames {
                if let Some(line) = line {
                    line.send(&frame);
                }
            }
        });
    }

    #[cfg(not(feature = "hydrate"))]
    fn send(self, frames: Vec<FromAgent>) {
        drop(frames);
    }
}

/// Returns a new random id, by which the server will know something. `None` on the server.
#[cfg(feature = "hydrate")]
pub(crate) fn new_id() -> Option<uuid::Uuid> {
    let crypto = window().crypto().ok()?;
    // `randomUUID` exists only in secure contexts, and a first visit is often to http://an.address.
    let mut random = [0; 16];
    crypto.get_random_values_with_u8_array(&mut random).ok()?;
    Some(uuid::Builder::from_random_bytes(random).into_uuid())
}

/// Returns a new random id, by which the server will know something. `None` on the server.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn new_id() -> Option<uuid::Uuid> {
    None
}

/// The browser's clock, in milliseconds since 1970 (UTC); 0 on the server.
pub(crate) fn now_ms() -> UnixMillis {
    #[cfg(feature = "hydrate")]
    return UnixMillis(js_sys::Date::now() as u64);
    #[cfg(not(feature = "hydrate"))]
    UnixMillis::ZERO
}
