//! What keeps the screen true: a store that holds what is shown, and a socket that feeds it.
//!
//! The store is plain data with rules, tested without a browser; the socket only carries frames.

mod device;
#[cfg(feature = "hydrate")]
mod socket;
#[cfg_attr(
    not(any(feature = "hydrate", test)),
    expect(dead_code, reason = "frames come to browsers only")
)]
mod store;
#[cfg(feature = "hydrate")]
mod unsent;

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use protocol::ToAgent;
use protocol::{AgentId, Author, Change, ClientId, ConversationId, Files, FromAgent};

pub(crate) use device::Device;
#[cfg(feature = "hydrate")]
pub(crate) use socket::hang_up;
pub(crate) use store::{Open, Store};

/// How the socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser has a socket"))]
pub(crate) enum Status {
    /// Not yet, for the first time.
    Connecting,
    /// Frames go both ways.
    Online,
    /// Lost; it is tried again and again.
    Offline,
    /// The server refuses this login; nothing is tried again.
    LoggedOut,
}

/// The store and the socket, for pages.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    store: RwSignal<Store>,
    status: RwSignal<Status>,
    #[cfg(feature = "hydrate")]
    line: StoredValue<Option<socket::Line>, LocalStorage>,
    #[cfg(feature = "hydrate")]
    unsent: StoredValue<unsent::Unsent>,
}

/// Makes the store and the socket a context of all pages.
pub(crate) fn provide_live() {
    provide_context(Live {
        store: RwSignal::new(Store::default()),
        status: RwSignal::new(Status::Connecting),
        #[cfg(feature = "hydrate")]
        line: StoredValue::new_local(None),
        #[cfg(feature = "hydrate")]
        unsent: StoredValue::new(unsent::Unsent::default()),
    });
}

impl Live {
    pub(crate) fn get() -> Self {
        expect_context()
    }

    /// How the socket is. Tracked.
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

    /// Looks at the store. Tracked.
    pub(crate) fn with<R>(self, look: impl FnOnce(&Store) -> R) -> R {
        self.store.with(look)
    }

    /// Who the agent on this screen is. Not tracked: it does not change.
    pub(crate) fn me(self) -> Option<AgentId> {
        self.store.with_untracked(Store::me)
    }

    /// Whether an author is the agent on this screen. Not tracked: it does not change.
    pub(crate) fn is_me(self, author: &Author) -> bool {
        self.store.with_untracked(|store| store.is_me(author))
    }

    /// Changes the store, and sends what follows from it.
    pub(crate) fn update(self, change: impl FnOnce(&mut Store) -> Vec<FromAgent>) {
        let frames = self.store.try_update(change).unwrap_or_default();
        // Kept before it is sent.
        #[cfg(feature = "hydrate")]
        self.keep_unsent();
        if self.store.with_untracked(Store::is_online) {
            self.send(frames);
        }
    }

    /// Says whose store it is, and opens the socket in a browser.
    pub(crate) fn belongs_to(self, me: AgentId) {
        self.store.update_untracked(|store| store.belongs_to(me));
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| {
            if self.line.with_value(Option::is_none) {
                let restore = |store: &mut Store| {
                    self.unsent.update_value(|unsent| unsent.restore(Device(me), store));
                };
                self.store.update(restore);
                self.line.set_value(Some(socket::open(self)));
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

    /// Sends a message, now or when the socket is back.
    pub(crate) fn say(self, id: ConversationId, text: String, files: Files, is_note: bool) {
        let Some(client_id) = new_id().map(ClientId) else { return };
        self.update(|store| store.say(id, client_id, text, files, is_note, now_ms()));
    }

    /// Does something to a conversation.
    pub(crate) fn change(self, conversation: ConversationId, change: Change) {
        self.update(|store| store.change(conversation, change));
    }

    /// Takes a frame from the socket.
    #[cfg(feature = "hydrate")]
    fn take(self, frame: ToAgent) {
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
        self.line.with_value(|line| {
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

/// A new random id, for what the server is to know by it; none on the server.
#[cfg(feature = "hydrate")]
pub(crate) fn new_id() -> Option<uuid::Uuid> {
    let crypto = window().crypto().ok()?;
    // `randomUUID` exists in secure contexts only, and a first look is often at http://an.address.
    let mut random = [0; 16];
    crypto.get_random_values_with_u8_array(&mut random).ok()?;
    Some(uuid::Builder::from_random_bytes(random).into_uuid())
}

/// A new random id, for what the server is to know by it; none on the server.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn new_id() -> Option<uuid::Uuid> {
    None
}

/// The browser's clock, in milliseconds since 1970 (UTC); 0 on the server.
pub(crate) fn now_ms() -> u64 {
    #[cfg(feature = "hydrate")]
    return js_sys::Date::now() as u64;
    #[cfg(not(feature = "hydrate"))]
    0
}
