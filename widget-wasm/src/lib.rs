//! The visitors' chat, which runs in an iframe on someone else's page.
//!
//! `chat` is the state and the rules by which it changes: plain data, tested natively. `socket` carries
//! frames, `view` draws, `app` connects the three with the loader outside. No standard library, no
//! `format!`, no floats: every byte is paid for by someone else's page.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod app;
mod chat;
mod dom;
mod events;
mod socket;
mod texts;
mod view;

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::MessagePort;

#[wasm_bindgen]
extern "C" {
    /// The files that are ready to be sent, as a JSON array; `None` while one is uploading. `take` says
    /// that they are being sent now. See `frame/files.js`.
    #[wasm_bindgen(js_name = porchlightPicked)]
    fn picked(take: bool) -> Option<String>;

    /// The visitor has written, and nobody is available: they may want the answer by email. Called once.
    /// See `frame/address.js`.
    #[wasm_bindgen(js_name = porchlightAway)]
    fn away();

    /// Formats a time in milliseconds since 1970 (UTC). `when` is one of `view::When`.
    #[wasm_bindgen(js_name = porchlightDate)]
    fn date(at_ms: f64, when: u8) -> String;

    /// Draws an entry's files, given as a JSON array, in an element.
    #[wasm_bindgen(js_name = porchlightShow)]
    fn show(place: &web_sys::Element, files: &str);
}

/// A small allocator: the standard library's is twice as large.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A panic ends the chat without a message: messages and the code to write them would add 2 KB.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn end(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Starts the chat.
///
/// `port` leads to the loader. `site` is the origin of the page around the frame (absent on the standalone
/// page). `kept` is what is stored on the visitor's device, as a JSON object of strings (see
/// [`chat::Kept`]). `page` is the address of the page around the frame. `open` says whether the visitor
/// sees the chat already. `about` is what the page says about its visitor, as JSON.
#[wasm_bindgen]
pub fn start(
    port: MessagePort,
    site: Option<String>,
    kept: String,
    page: String,
    open: bool,
    about: Option<String>,
) {
    app::start(port, site, &kept, page, open, about);
}

/// The token that identifies the visitor, for files; `None` before the server's first `welcome`.
#[wasm_bindgen]
#[must_use]
pub fn token() -> Option<String> {
    app::token()
}
