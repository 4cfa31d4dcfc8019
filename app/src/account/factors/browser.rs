//! What the browser does with passkeys. Options and credentials are JSON as defined by Web Authentication (level
//! 3, section 5.1).

/// Whether to create a passkey or to use one.
#[derive(Clone, Copy)]
pub(super) enum Ask {
    Create,
    Get,
}

/// Returns the browser's credential for `options`; `None` if the user canceled or the browser has no passkeys.
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
    // `JSON.stringify` calls the credential's own `toJSON`.
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
