//! JWTs: unsigned ones are never accepted, and neither are signed ones that are expired or for another audience.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::visitor::{jwt_secret, user_of_jwt};
use hmac::{Hmac, KeyInit, Mac};
use protocol::UnixMillis;
use serde_json::Value;
use sha2::Sha256;

const SECRET: &str = "secret";
const AUDIENCE: &str = "inbox";
const NOW_S: u64 = 1_700_000_000;

fn opened(jwt: &str) -> Option<(String, serde_json::Map<String, Value>)> {
    user_of_jwt(SECRET, AUDIENCE, jwt, UnixMillis(NOW_S * 1_000))
}

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    if let Ok(text) = std::str::from_utf8(raw) {
        assert!(opened(text).is_none(), "nobody has signed it");
    }
    // The same input as a header and a payload, signed by the site's server.
    let at = raw.iter().position(|byte| *byte == b'\n').unwrap_or(raw.len());
    let (header, payload) = raw.split_at(at);
    let payload = payload.strip_prefix(b"\n").unwrap_or(payload);
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let mut mac = Hmac::<Sha256>::new_from_slice(jwt_secret(SECRET).as_bytes()).expect("a key");
    mac.update(signed.as_bytes());
    let tag = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    let Some((user, said)) = opened(&format!("{signed}.{tag}")) else { return };
    // Unused parts may be invalid JSON for other parsers: half of a surrogate pair, or a number that is too large.
    let Ok(header) = serde_json::from_slice::<Value>(header) else { return };
    assert_eq!(header["alg"], "HS256");
    assert!(header["crit"].is_null());
    let Ok(claims) = serde_json::from_slice::<Value>(payload) else { return };
    assert_eq!(claims["sub"], user);
    assert!(claims["exp"].as_u64().expect("a time") + 60 > NOW_S);
    assert!(claims["aud"] == AUDIENCE || claims["aud"].as_array().is_some());
    assert!(!said.contains_key("sub") && !said.contains_key("exp"));
});
