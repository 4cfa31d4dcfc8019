//! A visitor's token: `ID.MAC`, the MAC being HMAC-SHA-256 (RFC 2104) of the id under the inbox's
//! secret. It is checked without a look at the store, and one inbox's tokens are void in another.

use hmac::{Hmac, KeyInit, Mac};
use protocol::VisitorId;
use sha2::Sha256;

use crate::ambient::hex;

/// Separates this use of the secret from any other.
const PURPOSE: &[u8] = b"visitor token v1:";

pub(super) fn issue(secret: &str, visitor: VisitorId) -> String {
    let mac = mac(secret, visitor).finalize().into_bytes();
    format!("{visitor}.{}", hex(&mac))
}

/// The visitor that the token was issued to. The comparison takes the same time wherever it fails.
pub(super) fn check(secret: &str, token: &str) -> Option<VisitorId> {
    let (id, tag) = token.split_once('.')?;
    let visitor = VisitorId::parse(id)?;
    let tag = unhex(tag)?;
    mac(secret, visitor).verify_slice(&tag).ok().map(|()| visitor)
}

fn mac(secret: &str, visitor: VisitorId) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(PURPOSE);
    mac.update(visitor.0.as_bytes());
    mac
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_inbox_that_issued_a_token_takes_it() {
        let visitor = VisitorId::parse("01890000-0000-7000-8000-000000000001").unwrap();
        let token = issue("one", visitor);
        assert_eq!(check("one", &token), Some(visitor));
        assert_eq!(check("two", &token), None);
    }

    #[test]
    fn a_forged_token_is_refused() {
        let visitor = VisitorId::parse("01890000-0000-7000-8000-000000000001").unwrap();
        let token = issue("one", visitor);
        let other = token.replace("0001.", "0002.");
        let cut = &token[..token.len() - 2];
        for forged in ["", ".", "x.y", &other, cut, &format!("{token}00"), &format!("{visitor}.")] {
            assert_eq!(check("one", forged), None, "{forged}");
        }
    }
}
