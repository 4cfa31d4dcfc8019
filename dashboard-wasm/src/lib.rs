//! The part of the dashboard that runs in browsers: it hydrates the pages of `app`.

use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    app::hydrate();
}
