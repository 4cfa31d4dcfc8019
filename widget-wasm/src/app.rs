//! Connects the chat's state, the view, the socket and the loader outside.

use alloc::borrow::ToOwned;

use alloc::string::String;

use js_sys::{Date, Object, Reflect};
use protocol::json::{Encode, Fields};
use protocol::limits::TYPING_MS;
use protocol::{ClientId, CloseCode, Files, FromVisitor, UnixMillis};
use spin::Mutex;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessagePort, VisibilityState};

use crate::chat::{Chat, ConnectionState, Kept};
use crate::dom;
use crate::socket::{Socket, after};
use crate::view::View;

struct App {
    chat: Chat,
    view: View,
    socket: Socket,
    port: MessagePort,
    inbox: String,
    site: Option<String>,
    page: String,
    is_open: bool,
    is_started: bool,
    /// Whether `crate::away` was called already.
    is_away: bool,
    /// What the loader was last told to store, so that only changes are sent.
    kept: Kept,
    unread: usize,
}

/// There is only one thread; the lock guards against calls that come back during a call.
static APP: Mutex<Option<App>> = Mutex::new(None);

/// Starts the chat. See [`crate::start`].
pub(crate) fn start(
    port: MessagePort,
    site: Option<String>,
    kept: &str,
    page: String,
    open: bool,
    about: Option<String>,
) {
    listen_loader(&port);
    let root = dom::document().document_element();
    let data = |name| root.as_ref().and_then(|root| root.get_attribute(name)).unwrap_or_default();
    let mut app = App {
        chat: Chat::from_kept(kept, new_seed()),
        view: View::new(),
        socket: Socket::default(),
        port,
        inbox: data("data-inbox"),
        site,
        page,
        is_open: open,
        is_started: false,
        is_away: false,
        kept: Kept::new(),
        unread: 0,
    };
    app.kept = app.chat.to_kept();
    if let Some(about) = about {
        app.chat.is_about(about);
    }
    *APP.lock() = Some(app);

    dom::listen(&dom::document(), "visibilitychange", |_| with(|_| {}));
    if let Some(window) = web_sys::window() {
        dom::listen(&window, "online", |_| with(App::reconnect));
        dom::listen(&window, "resize", |_| with(|app| app.view.resized()));
    }
    with(|_| {});
}

fn listen_loader(port: &MessagePort) {
    dom::listen(port, "message", |event| {
        let data = event.unchecked_into::<MessageEvent>().data();
        let open = Reflect::get(&data, &"open".into()).ok().and_then(|open| open.as_bool());
        let text = |name: &str| Reflect::get(&data, &name.into()).ok()?.as_string();
        let (kept, about, page) = (text("kept"), text("about"), text("page"));
        with(|app| {
            app.is_open = open.unwrap_or(app.is_open);
            if let Some(page) = page {
                if app.chat.connection == ConnectionState::Online {
                    app.socket.send(&FromVisitor::Page { page: page.clone() });
                }
                app.page = page;
            }
            let is_other = kept.is_some_and(|kept| app.chat.adopt(&kept));
            let is_about = about.is_some_and(|about| app.chat.is_about(about));
            if (is_other || is_about) && app.is_started {
                app.socket.open();
            }
        });
        if open == Some(true) {
            with(|app| app.view.focus());
        }
    });
    port.start();
}

/// Changes the app, then brings everything in line: what is sent, drawn, stored and reported.
fn with(act: impl FnOnce(&mut App)) {
    // Drawing can make the browser call back at once (focus, scroll). Nothing needs to be done then.
    if let Some(mut app) = APP.try_lock()
        && let Some(app) = app.as_mut()
    {
        act(app);
        app.sync();
    }
}

/// The visitor sends a message.
pub(crate) fn say(text: String, files: Files) {
    with(|app| {
        if let Some(client_id) = new_client_id() {
            if let Some(frame) = app.chat.say(client_id, text, files, now_ms()) {
                app.socket.send(&frame);
            }
            app.view.follow();
        }
    });
}

/// The token that identifies the visitor, for uploading and fetching files; `None` before the first
/// `welcome`.
pub(crate) fn token() -> Option<String> {
    APP.try_lock()?.as_ref()?.chat.token.clone()
}

/// The visitor is typing.
pub(crate) fn typed() {
    with(|app| {
        if let Some(frame) = app.chat.type_in(now_ms()) {
            app.socket.send(&frame);
        }
    });
}

/// The visitor removes a message that was refused.
pub(crate) fn remove(client_id: &str) {
    with(|app| {
        if let Some(client_id) = ClientId::parse(client_id) {
            app.chat.thread.unsent.remove(client_id);
        }
    });
}

/// The visitor asks for earlier messages.
pub(crate) fn older() {
    with(|app| {
        if let Some(frame) = app.chat.ask_history() {
            app.socket.send(&frame);
        }
    });
}

/// The visitor closes the chat.
pub(crate) fn close() {
    with(|app| {
        // The standalone page has nothing to close into.
        if app.site.is_some() {
            app.is_open = false;
            app.tell("close", &JsValue::TRUE);
        }
    });
}

/// The visitor scrolled.
pub(crate) fn scrolled() {
    with(|_| {});
}

/// A socket was opened.
pub(crate) fn hello(generation: u32) {
    with(|app| {
        if app.socket.is_current(generation) {
            let hello = app.chat.hello(app.inbox.clone(), app.site.clone(), app.page.clone());
            app.socket.send(&hello);
        }
    });
}

/// A frame arrived.
pub(crate) fn heard(generation: u32, text: &str) {
    with(|app| {
        if !app.socket.is_current(generation) {
            return;
        }
        app.socket.was_heard();
        let was_online = app.chat.connection == ConnectionState::Online;
        let at_ms = now_ms();
        for frame in app.chat.receive(text, at_ms) {
            app.socket.send(&frame);
        }
        if app.chat.typing.is_some() {
            after(TYPING_MS as u32, || with(|app| app.chat.expire_typing(now_ms())));
        }
        if !was_online && app.chat.connection == ConnectionState::Online {
            app.socket.was_welcomed();
        }
    });
}

/// A socket was closed.
pub(crate) fn closed(generation: u32, code: u16, reason: &str) {
    with(|app| {
        if app.socket.is_current(generation) {
            if app.chat.lost(!CloseCode::should_reconnect(code)) {
                app.socket.retry(CloseCode::retry_ms(reason));
            } else {
                app.socket.drop_current();
            }
        }
    });
}

/// It is time for a ping.
pub(crate) fn ping(generation: u32) {
    with(|app| {
        if app.socket.is_current(generation) && app.socket.ping() {
            app.chat.lost(false);
        }
    });
}

/// The wait before a reconnect is over.
pub(crate) fn reopen(generation: u32) {
    with(|app| {
        if app.socket.is_current(generation) {
            app.socket.open();
        }
    });
}

impl App {
    /// Brings everything in line with the chat's state.
    fn sync(&mut self) {
        if !self.is_started && (self.is_open || self.chat.has_history()) {
            self.is_started = true;
            self.socket.open();
        }
        self.view.render(&self.chat);
        let visible = dom::document().visibility_state() == VisibilityState::Visible;
        if self.is_open
            && visible
            && self.view.is_at_end()
            && let Some(read) = self.chat.read_to_end()
        {
            self.socket.send(&read);
        }
        if !self.is_away && self.chat.is_left_alone() {
            self.is_away = true;
            crate::away();
        }
        let unread = self.chat.unread();
        if unread != self.unread {
            self.unread = unread;
            self.tell("unread", &JsValue::from(u32::try_from(unread).unwrap_or(u32::MAX)));
        }
        let kept = self.chat.to_kept();
        if kept != self.kept {
            self.tell("store", &changes(&self.kept, &kept).as_str().into());
            self.kept = kept;
        }
    }

    fn reconnect(&mut self) {
        if self.is_started && self.chat.connection == ConnectionState::Offline {
            self.socket.open();
        }
    }

    fn tell(&self, name: &str, value: &JsValue) {
        let message = Object::new();
        dom::field(&message, name, value);
        let _told = self.port.post_message(&message);
    }
}

/// What has changed, as a JSON object: a string for what is new, null for what is gone.
fn changes(before: &Kept, after: &Kept) -> String {
    let mut out = String::new();
    let mut fields = Fields::begin(&mut out);
    for (name, _) in before {
        if !after.iter().any(|(other, _)| other == name) {
            fields.field(name, &Null);
        }
    }
    for one in after {
        if !before.contains(one) {
            fields.field(&one.0, &one.1);
        }
    }
    fields.end();
    out
}

struct Null;

impl Encode for Null {
    fn encode(&self, out: &mut String) {
        out.push_str("null");
    }
}

/// `crypto.randomUUID` exists only in secure contexts; random bytes exist everywhere.
fn random() -> Option<[u8; 16]> {
    let mut random = [0; 16];
    let crypto = web_sys::window()?.crypto().ok()?;
    crypto.get_random_values_with_u8_array(&mut random).ok()?;
    Some(random)
}

fn new_client_id() -> Option<ClientId> {
    random().map(|random| ClientId(uuid::Builder::from_random_bytes(random).into_uuid()))
}

fn new_seed() -> String {
    let random = random().map(uuid::Uuid::from_bytes).unwrap_or_default();
    random.simple().encode_lower(&mut uuid::Uuid::encode_buffer()).to_owned()
}

fn now_ms() -> UnixMillis {
    UnixMillis(Date::now() as u64)
}
