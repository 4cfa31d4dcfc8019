//! The dashboard's half that browsers run: the pages of `app`, brought to life.

use wasm_bindgen::prelude::wasm_bindgen;

/// Makes the page that the server rendered come alive.
#[wasm_bindgen]
pub fn hydrate() {
    app::hydrate();
}
