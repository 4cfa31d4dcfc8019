//! Passkeys. Options and credentials are JSON as defined by Web Authentication (level 3, section 5.1).

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseCreationOptionsFromJSON)]
    fn parse_creation(options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseRequestOptionsFromJSON)]
    fn parse_request(options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = create)]
    async fn create_credential(asked: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = get)]
    async fn get_credential(asked: &JsValue) -> Result<JsValue, JsValue>;
}

/// Creates a passkey and returns its credential; `None` if the user canceled or the browser has no passkeys.
pub(crate) async fn create(options: &str) -> Option<String> {
    let asked = asked(parse_creation(&JSON::parse(options).ok()?))?;
    text_of(create_credential(&asked).await)
}

/// Returns a credential of a passkey that the user chooses; `None` if they canceled or have none.
pub(crate) async fn get(options: &str) -> Option<String> {
    let asked = asked(parse_request(&JSON::parse(options).ok()?))?;
    text_of(get_credential(&asked).await)
}

fn asked(parsed: Result<JsValue, JsValue>) -> Option<Object> {
    let asked = Object::new();
    Reflect::set(&asked, &"publicKey".into(), &parsed.ok()?).ok()?;
    Some(asked)
}

fn text_of(credential: Result<JsValue, JsValue>) -> Option<String> {
    // `JSON.stringify` calls the credential's own `toJSON`.
    JSON::stringify(&credential.ok()?).ok()?.as_string()
}
