//! The visitor's socket: opened, kept alive, opened again. What frames mean is the chat's business.
//!
//! Each opening has a number, a generation: what an old socket still has to say is not heard.

use js_sys::Math;
use protocol::json::to_string;
use protocol::{Backoff, FromVisitor, limits};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::app;
use crate::dom;

/// The visitor's socket.
#[derive(Default)]
pub(crate) struct Socket {
    current: Option<WebSocket>,
    generation: u32,
    backoff: Backoff,
    /// Whether anything came since the last ping.
    heard: bool,
}

impl Socket {
    /// Opens a socket, in place of any other. Its first frame is `app::hello`'s.
    pub(crate) fn open(&mut self) {
        self.drop_current();
        let generation = self.generation;
        let Ok(socket) = connect() else {
            return self.retry(None);
        };
        dom::listen(&socket, "open", move |_| app::hello(generation));
        dom::listen(&socket, "message", move |event| {
            let data = event.unchecked_into::<MessageEvent>().data();
            if let Some(text) = data.as_string() {
                app::heard(generation, &text);
            }
        });
        dom::listen(&socket, "close", move |event| {
            let event = event.unchecked_into::<CloseEvent>();
            app::closed(generation, event.code(), &event.reason());
        });
        self.current = Some(socket);
        self.heard = true;
        after(limits::PING_EVERY_MS, move || app::ping(generation));
    }

    /// Whether events of this generation still count.
    pub(crate) fn is_current(&self, generation: u32) -> bool {
        self.generation == generation
    }

    /// Notes that the line is alive.
    pub(crate) fn was_heard(&mut self) {
        self.heard = true;
    }

    /// Notes that the server welcomed us: the next wait is short again.
    pub(crate) fn was_welcomed(&mut self) {
        self.backoff.reset();
    }

    /// Sends a frame; while the socket is down it is dropped, and made up for by the next hello.
    pub(crate) fn send(&self, frame: &FromVisitor) {
        if let Some(socket) = &self.current
            && socket.ready_state() == WebSocket::OPEN
        {
            let _sent = socket.send_with_str(&to_string(frame));
        }
    }

    /// Asks whether the line is alive, and gives it up if the last question had no answer.
    /// Says whether it did.
    pub(crate) fn ping(&mut self) -> bool {
        if !self.heard {
            self.retry(None);
            return true;
        }
        self.heard = false;
        self.send(&FromVisitor::Ping {});
        let generation = self.generation;
        after(limits::PING_EVERY_MS, move || app::ping(generation));
        false
    }

    /// Waits a while, as long as the server asked for if it did, then opens a socket.
    pub(crate) fn retry(&mut self, asked_ms: Option<u32>) {
        self.drop_current();
        let generation = self.generation;
        let random = (Math::random() * f64::from(u32::MAX)) as u32;
        let ms = asked_ms.unwrap_or_else(|| self.backoff.next_ms(random));
        after(ms, move || app::reopen(generation));
    }

    /// Gives the socket up; nothing it still has to say is heard.
    pub(crate) fn drop_current(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if let Some(socket) = self.current.take() {
            let _closed = socket.close();
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// A socket, or what looks like one where none can be had. See `frame/line.js`.
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
