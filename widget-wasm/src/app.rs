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
use crate::events::{Event, SocketEvent};
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
        view: View::new(emit),
        socket: Socket::new(emit),
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

/// The token that identifies the visitor, for uploading and fetching files; `None` before the first
/// `welcome`.
pub(crate) fn token() -> Option<String> {
    APP.try_lock()?.as_ref()?.chat.token.clone()
}

/// Handles what the view and the socket report.
fn emit(event: Event) {
    with(|app| match event {
        Event::Said(text, files) => app.say(text, files),
        Event::Typed => {
            let frame = app.chat.type_in(now_ms());
            app.send(frame);
        }
        Event::Removed(client_id) => {
            if let Some(client_id) = ClientId::parse(&client_id) {
                app.chat.thread.unsent.remove(client_id);
            }
        }
        Event::Older => {
            let frame = app.chat.ask_history();
            app.send(frame);
        }
        Event::Scrolled => {}
        Event::Closed => app.close(),
        Event::Socket(generation, event) if app.socket.is_current(generation) => {
            app.socket_event(event);
        }
        // Of a socket that was dropped.
        Event::Socket(..) => {}
    });
}

impl App {
    fn send(&self, frame: Option<FromVisitor>) {
        if let Some(frame) = frame {
            self.socket.send(&frame);
        }
    }

    fn say(&mut self, text: String, files: Files) {
        if let Some(client_id) = new_client_id() {
            let frame = self.chat.say(client_id, text, files, now_ms());
            self.send(frame);
            self.view.follow();
        }
    }

    fn close(&mut self) {
        // The standalone page has nothing to close into.
        if self.site.is_some() {
            self.is_open = false;
            self.tell("close", &JsValue::TRUE);
        }
    }

    fn socket_event(&mut self, event: SocketEvent) {
        match event {
            SocketEvent::Opened => {
                let hello =
                    self.chat.hello(self.inbox.clone(), self.site.clone(), self.page.clone());
                self.socket.send(&hello);
            }
            SocketEvent::Heard(text) => self.heard(&text),
            SocketEvent::Closed(code, reason) => {
                if self.chat.lost(!CloseCode::should_reconnect(code)) {
                    self.socket.retry(CloseCode::retry_ms(&reason));
                } else {
                    self.socket.drop_current();
                }
            }
            SocketEvent::PingDue => {
                if self.socket.ping() {
                    self.chat.lost(false);
                }
            }
            SocketEvent::ReopenDue => self.socket.open(),
        }
    }

    fn heard(&mut self, text: &str) {
        self.socket.was_heard();
        let was_online = self.chat.connection == ConnectionState::Online;
        for frame in self.chat.receive(text, now_ms()) {
            self.socket.send(&frame);
        }
        if self.chat.typing.is_some() {
            after(TYPING_MS as u32, || with(|app| app.chat.expire_typing(now_ms())));
        }
        if !was_online && self.chat.connection == ConnectionState::Online {
            self.socket.was_welcomed();
        }
    }

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
