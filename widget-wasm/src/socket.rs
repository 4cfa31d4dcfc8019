//! The visitor's socket: opened, kept alive, reopened. What frames mean is up to `chat`.
//!
//! Each socket has a number, its generation. Events of an old socket are ignored.

use js_sys::Math;
use protocol::json::to_string;
use protocol::{Backoff, FromVisitor, limits};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::dom;
use crate::events::{Emit, Event, SocketEvent};

/// The visitor's socket.
pub(crate) struct Socket {
    emit: Emit,
    current: Option<WebSocket>,
    generation: u32,
    backoff: Backoff,
    /// Whether anything has arrived since the last ping.
    heard: bool,
}

impl Socket {
    /// Returns a socket that is not open and will report to `emit`.
    pub(crate) fn new(emit: Emit) -> Self {
        Self { emit, current: None, generation: 0, backoff: Backoff::default(), heard: false }
    }

    /// Returns what reports events of the current generation.
    fn report(&self) -> impl Fn(SocketEvent) + Copy + 'static {
        let (emit, generation) = (self.emit, self.generation);
        move |event| emit(Event::Socket(generation, event))
    }

    /// Opens a socket and drops any other. The first frame is sent once it is reported as opened.
    pub(crate) fn open(&mut self) {
        self.drop_current();
        let report = self.report();
        let Ok(socket) = connect() else {
            return self.retry(None);
        };
        dom::listen(&socket, "open", move |_| report(SocketEvent::Opened));
        dom::listen(&socket, "message", move |event| {
            let data = event.unchecked_into::<MessageEvent>().data();
            if let Some(text) = data.as_string() {
                report(SocketEvent::Heard(text));
            }
        });
        dom::listen(&socket, "close", move |event| {
            let event = event.unchecked_into::<CloseEvent>();
            report(SocketEvent::Closed(event.code(), event.reason()));
        });
        self.current = Some(socket);
        self.heard = true;
        after(limits::PING_EVERY_MS, move || report(SocketEvent::PingDue));
    }

    /// Whether events of this generation still count.
    pub(crate) fn is_current(&self, generation: u32) -> bool {
        self.generation == generation
    }

    /// Records that the connection is alive.
    pub(crate) fn was_heard(&mut self) {
        self.heard = true;
    }

    /// Records that the server sent a `welcome`: the next wait is short again.
    pub(crate) fn was_welcomed(&mut self) {
        self.backoff.reset();
    }

    /// Sends a frame. While the socket is down, the frame is dropped; the next `hello` makes up for it.
    pub(crate) fn send(&self, frame: &FromVisitor) {
        if let Some(socket) = &self.current
            && socket.ready_state() == WebSocket::OPEN
        {
            let _sent = socket.send_with_str(&to_string(frame));
        }
    }

    /// Sends a ping, or gives up the socket if nothing arrived since the last one. Returns whether it gave
    /// up.
    pub(crate) fn ping(&mut self) -> bool {
        if !self.heard {
            self.retry(None);
            return true;
        }
        self.heard = false;
        self.send(&FromVisitor::Ping {});
        let report = self.report();
        after(limits::PING_EVERY_MS, move || report(SocketEvent::PingDue));
        false
    }

    /// Opens a socket after a wait: as long as the server asked for, if it did.
    pub(crate) fn retry(&mut self, asked_ms: Option<u32>) {
        self.drop_current();
        let report = self.report();
        let random = (Math::random() * f64::from(u32::MAX)) as u32;
        let ms = asked_ms.unwrap_or_else(|| self.backoff.next_ms(random));
        after(ms, move || report(SocketEvent::ReopenDue));
    }

    /// Drops the socket; whatever it still reports is ignored.
    pub(crate) fn drop_current(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if let Some(socket) = self.current.take() {
            let _closed = socket.close();
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// Opens a WebSocket, or a substitute where none can be had. See `frame/line.js`.
    #[wasm_bindgen(catch, js_name = porchlightConnect)]
    fn connect() -> Result<WebSocket, JsValue>;
}

/// Calls `act` once, after a time in milliseconds.
pub(crate) fn after(ms: u32, act: impl FnOnce() + 'static) {
    if let Some(window) = web_sys::window() {
        let callback = wasm_bindgen::closure::Closure::once_into_js(act);
        let ms = i32::try_from(ms).unwrap_or(i32::MAX);
        let _timer = window
            .set_timeout_with_callback_and_timeout_and_arguments_0(callback.unchecked_ref(), ms);
    }
}
