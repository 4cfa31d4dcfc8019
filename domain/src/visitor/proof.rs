//! What proves that a visitor is the user that the site says they are: a JWT, or an HMAC of the
//! user's id, both made by the site's server with the inbox's identity secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// The longest life of a JWT, in seconds: it is made for one page, not to be kept.
const JWT_LIFE_S: u64 = 24 * 60 * 60;

/// How far the site's clock may be from ours, in seconds.
const CLOCK_SKEW_S: u64 = 60;

/// Whether `hash` is the HMAC-SHA-256 (RFC 2104) of the user's id under the secret, in hexadecimal.
pub(super) fn is_hash_right(secret: &str, user_id: &str, hash: &str) -> bool {
    HEXLOWER_PERMISSIVE
        .decode(hash.as_bytes())
        .ok()
        .is_some_and(|tag| mac(secret, user_id.as_bytes()).verify_slice(&tag).is_ok())
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    aud: Audience,
}

/// One name, or several (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The user's id that a JWT proves: HS256 (RFC 7518, section 3.2) and no other algorithm, made for
/// this audience, not over, and of a short life.
///
/// Ours because this one algorithm is ten lines, and libraries bring RSA and curves along.
pub(super) fn user_of_jwt(secret: &str, audience: &str, jwt: &str, now_ms: u64) -> Option<String> {
    let (signed, signature) = jwt.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    if header.alg != "HS256" {
        return None;
    }
    let tag = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(secret, signed.as_bytes()).verify_slice(&tag).ok()?;
    // Read only once it is known to be the site's.
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let now_s = now_ms / 1_000;
    let in_time = claims.exp.saturating_add(CLOCK_SKEW_S) > now_s
        && claims.exp <= now_s + JWT_LIFE_S + CLOCK_SKEW_S;
    let for_us = match &claims.aud {
        Audience::One(one) => one == audience,
        Audience::Many(many) => many.iter().any(|one| one == audience),
    };
    (in_time && for_us).then_some(claims.sub)
}

fn mac(secret: &str, of: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(of);
    mac
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    const NOW_MS: u64 = 1_700_000_000_000;

    fn jwt(secret: &str, header: &str, payload: &str) -> String {
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
            let found = user_of_jwt("secret", "inbox", jwt, NOW_MS);
            assert_eq!(found.as_deref(), expect, "{jwt}");
        };
        let soon = payload(now_s + 300, r#""inbox""#);
        check(&jwt("secret", hs256, &soon), Some("42"));
        check(&jwt("secret", hs256, &payload(now_s + 300, r#"["x","inbox"]"#)), Some("42"));
        check(&jwt("other", hs256, &soon), None);
        check(&jwt("secret", hs256, &payload(now_s - 61, r#""inbox""#)), None);
        check(&jwt("secret", hs256, &payload(now_s + 90_000, r#""inbox""#)), None);
        check(&jwt("secret", hs256, &payload(now_s + 300, r#""elsewhere""#)), None);
        check(&jwt("secret", hs256, r#"{"sub":"42","aud":"inbox"}"#), None);
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
