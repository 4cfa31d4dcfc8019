//! The visitors' chat, which runs in an iframe on somebody else's page.
//!
//! `chat` is what is known and the rules by which it changes: plain data, tested natively. `socket`
//! carries frames, `view` draws, `app` connects the three with the loader outside. No standard library,
//! no `format!`, no floats: every byte is paid for by someone else's page.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod app;
mod chat;
mod dom;
mod socket;
mod texts;
mod view;

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::MessagePort;

#[wasm_bindgen]
extern "C" {
    /// The files that are ready to be sent, as a JSON array; none while one is on its way. `take` says
    /// that they are being sent. See `frame/files.js`.
    #[wasm_bindgen(js_name = porchlightPicked)]
    fn picked(take: bool) -> Option<String>;

    /// The visitor has written, and nobody is there: they may want the answer by mail. Said once. See
    /// `frame/address.js`.
    #[wasm_bindgen(js_name = porchlightAway)]
    fn away();

    /// A time in milliseconds since 1970 (UTC), in words. `when` is one of `view::When`.
    #[wasm_bindgen(js_name = porchlightDate)]
    fn date(at_ms: f64, when: u8) -> String;

    /// Draws the files that an entry carries, a JSON array, in an element.
    #[wasm_bindgen(js_name = porchlightShow)]
    fn show(place: &web_sys::Element, files: &str);
}

/// A small allocator: the library's own weighs twice as much.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A fault ends the chat without a word: words, and what writes them, would weigh 2 KB.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn end(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Starts the chat.
///
/// `port` leads to the loader, `site` is the origin of the page around the frame (absent on the
/// stand-alone page), `kept` is what is kept on
/// the visitor's device, as a JSON object of texts (see [`chat::Kept`]), `page` the address
/// of the page around, `open` whether the visitor sees the chat already, and `about` what the page says of
/// them, as JSON.
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

/// What proves who the visitor is, for files; none before the server has welcomed them.
#[wasm_bindgen]
#[must_use]
pub fn token() -> Option<String> {
    app::token()
}
