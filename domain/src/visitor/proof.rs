//! Proof that a visitor is the user that the site says they are: a JWT, or an HMAC of the user's id. The
//! site's server makes both, each with its own secret: a site whose users choose their ids signs whatever
//! they like, and that must not yield a valid JWT.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use protocol::UnixMillis;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::Sha256;

/// The longest lifetime of a JWT, in seconds: it is made for one page, not to be stored.
const JWT_LIFE_S: u64 = 24 * 60 * 60;

/// How far the site's clock may be off from ours, in seconds.
const CLOCK_SKEW_S: u64 = 60;

/// Whether `hash` is the HMAC-SHA-256 (RFC 2104) of the user's id under the secret, in hexadecimal.
pub(super) fn is_hash_right(secret: &str, user_id: &str, hash: &str) -> bool {
    HEXLOWER_PERMISSIVE
        .decode(hash.as_bytes())
        .ok()
        .is_some_and(|tag| mac(secret, user_id.as_bytes()).verify_slice(&tag).is_ok())
}

/// The secret that signs JWTs, derived from the identity secret (HKDF, RFC 5869), so that a site stores only
/// one.
#[must_use]
pub fn jwt_secret(secret: &str) -> String {
    let mut key = [0; 32];
    let derived = Hkdf::<Sha256>::new(Some(b"porchlight"), secret.as_bytes());
    derived.expand(b"identity jwt v1", &mut key).expect("HKDF can output 32 bytes");
    HEXLOWER.encode(&key)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that must be understood (RFC 7515, section 4.1.11). None are.
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Registered {
    sub: String,
    exp: u64,
    aud: Audience,
    nbf: Option<u64>,
    iat: Option<u64>,
}

/// Claims that are not attributes of the user (RFC 7519, section 4.1).
const REGISTERED: [&str; 7] = ["sub", "exp", "aud", "nbf", "iat", "iss", "jti"];

/// One audience, or several (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Verifies a JWT, and returns the user's id and what else it says about them. It must use HS256 (RFC 7518,
/// section 3.2) and no other algorithm, be made for this audience, be valid now, and have a short lifetime.
///
/// Implemented here because this one algorithm takes ten lines, and libraries bring RSA and elliptic curves
/// along.
#[must_use]
pub fn user_of_jwt(
    identity_secret: &str,
    audience: &str,
    jwt: &str,
    now_ms: UnixMillis,
) -> Option<(String, Map<String, Value>)> {
    let secret = jwt_secret(identity_secret);
    let (signed, signature) = jwt.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    if header.alg != "HS256" || header.crit.is_some() {
        return None;
    }
    let tag = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(&secret, signed.as_bytes()).verify_slice(&tag).ok()?;
    // Parse it only once it is known to be the site's.
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Registered = serde_json::from_slice(&payload).ok()?;
    let now_s = now_ms.seconds();
    let has_begun = |at_s: Option<u64>| at_s.is_none_or(|at_s| at_s <= now_s + CLOCK_SKEW_S);
    let in_time = claims.exp.saturating_add(CLOCK_SKEW_S) > now_s
        && claims.exp <= now_s + JWT_LIFE_S + CLOCK_SKEW_S
        && has_begun(claims.nbf)
        && has_begun(claims.iat);
    let for_us = match &claims.aud {
        Audience::One(one) => one == audience,
        Audience::Many(many) => many.iter().any(|one| one == audience),
    };
    let mut said: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
    said.retain(|name, _| !REGISTERED.contains(&&**name));
    (in_time && for_us).then_some((claims.sub, said))
}

fn mac(secret: &str, of: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC accepts keys of any length");
    mac.update(of);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_700_000_000_000;

    fn jwt(secret: &str, header: &str, payload: &str) -> String {
        signed(&jwt_secret(secret), header, payload)
    }

    fn signed(secret: &str, header: &str, payload: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(header), encode(payload));
        let tag = mac(secret, signed.as_bytes()).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    #[test]
    fn a_hash_proves_one_user_of_one_inbox() {
        let hash = HEXLOWER.encode(&mac("secret", b"42").finalize().into_bytes());
        assert!(is_hash_right("secret", "42", &hash));
        assert!(!is_hash_right("secret", "43", &hash));
        assert!(!is_hash_right("other", "42", &hash));
        for wrong in ["", "x", &hash[2..], &format!("{hash}00")] {
            assert!(!is_hash_right("secret", "42", wrong), "{wrong}");
        }
    }

    #[test]
    fn a_jwt_proves_a_user_for_a_while() {
        let now_s = NOW_MS / 1_000;
        let hs256 = r#"{"alg":"HS256","typ":"JWT"}"#;
        let payload = |exp: u64, aud: &str| format!(r#"{{"sub":"42","exp":{exp},"aud":{aud}}}"#);
        let check = |jwt: &str, expect: Option<&str>| {
            let found = user_of_jwt("secret", "inbox", jwt, UnixMillis(NOW_MS));
            assert_eq!(found.as_ref().map(|(id, _)| &**id), expect, "{jwt}");
        };
        let soon = payload(now_s + 300, r#""inbox""#);
        check(&jwt("secret", hs256, &soon), Some("42"));
        check(&jwt("secret", hs256, &payload(now_s + 300, r#"["x","inbox"]"#)), Some("42"));
        check(&jwt("other", hs256, &soon), None);
        check(&jwt("secret", hs256, &payload(now_s - 61, r#""inbox""#)), None);
        check(&jwt("secret", hs256, &payload(now_s + 90_000, r#""inbox""#)), None);
        check(&jwt("secret", hs256, &payload(now_s + 300, r#""elsewhere""#)), None);
        check(&jwt("secret", hs256, r#"{"sub":"42","aud":"inbox"}"#), None);
        let with = |more: &str| soon.replace("}", &format!(",{more}}}"));
        check(&jwt("secret", hs256, &with(&format!(r#""nbf":{now_s},"iat":{now_s}"#))), Some("42"));
        check(&jwt("secret", hs256, &with(&format!(r#""nbf":{}"#, now_s + 120))), None);
        check(&jwt("secret", hs256, &with(&format!(r#""iat":{}"#, now_s + 120))), None);
        check(&jwt("secret", r#"{"alg":"HS256","crit":["exp"]}"#, &soon), None);
        // The secret that signs ids does not sign a JWT, whatever someone chose as an id.
        check(&signed("secret", hs256, &soon), None);
        let said = with(r#""name":"Ann","plan":"pro","iss":"us""#);
        let (_, said) =
            user_of_jwt("secret", "inbox", &jwt("secret", hs256, &said), UnixMillis(NOW_MS))
                .unwrap();
        assert_eq!(Value::Object(said), serde_json::json!({ "name": "Ann", "plan": "pro" }));
        for alg in ["none", "None", "HS512", "RS256", "hs256"] {
            check(&jwt("secret", &format!(r#"{{"alg":"{alg}"}}"#), &soon), None);
        }
        let unsigned = jwt("secret", r#"{"alg":"none"}"#, &soon);
        let unsigned = unsigned.rsplit_once('.').unwrap().0;
        check(&format!("{unsigned}."), None);
        for wrong in ["", ".", "..", "a.b", "a.b.c", "%.%.%"] {
            check(wrong, None);
        }
    }
}
