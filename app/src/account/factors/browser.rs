//! What a browser does with passkeys. It takes and gives JSON as Web Authentication (level 3, section 5.1)
//! writes it.

/// Makes a passkey, or shows one.
#[derive(Clone, Copy)]
pub(super) enum Ask {
    Create,
    Get,
}

/// What the browser gives for `options`; `None` if somebody called it off, or if it has no passkeys.
#[cfg(feature = "hydrate")]
pub(super) async fn passkey(ask: Ask, options: &str) -> Option<String> {
    use js_sys::{JSON, Object, Reflect};

    let options = JSON::parse(options).ok()?;
    let parsed = match ask {
        Ask::Create => js::parse_creation(&options),
        Ask::Get => js::parse_request(&options),
    };
    let asked = Object::new();
    Reflect::set(&asked, &"publicKey".into(), &parsed.ok()?).ok()?;
    let credential = match ask {
        Ask::Create => js::create(&asked).await,
        Ask::Get => js::get(&asked).await,
    };
    // It writes itself: JSON asks for its `toJSON`.
    JSON::stringify(&credential.ok()?).ok()?.as_string()
}

#[cfg(not(feature = "hydrate"))]
pub(super) async fn passkey(ask: Ask, _options: &str) -> Option<String> {
    match ask {
        Ask::Create | Ask::Get => None,
    }
}

#[cfg(feature = "hydrate")]
mod js {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseCreationOptionsFromJSON)]
        pub(super) fn parse_creation(options: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseRequestOptionsFromJSON)]
        pub(super) fn parse_request(options: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = create)]
        pub(super) async fn create(asked: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = get)]
        pub(super) async fn get(asked: &JsValue) -> Result<JsValue, JsValue>;
    }
}
