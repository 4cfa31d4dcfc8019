//! A visitor's token: `ID.GENERATION.ISSUED.MAC`. The MAC is the HMAC-SHA-256 (RFC 2104) of the rest under
//! the inbox's secret. Tokens of one inbox are not valid in another. A token that is not used for a while
//! expires. A token of an earlier generation than the visitor's is not valid: that is how tokens are revoked.
//!
//! The generation is followed by `rTAG` if the visitor came through the link of an email and had not written
//! yet. The tag stands for the address that the link was sent to, which they read, whatever address is left
//! meanwhile.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use protocol::{InboundId, UnixMillis, VisitorId};
use sha2::Sha256;

use crate::inbox::secrets::Rotating;

/// Separates the uses of the secret from each other.
const TOKEN: &[u8] = b"visitor token v2:";
const SEED: &[u8] = b"visitor seed v1:";
const LOGIN: &[u8] = b"visitor login v1:";
const MAIL: &[u8] = b"visitor mail v1:";
const READS: &[u8] = b"visitor reads v1:";

/// The visitor of a seed: its MAC, formatted as a UUID. Without knowing the seed, which has 128 random bits,
/// nobody can get its visitor.
pub(super) fn of_seed(secret: &str, seed: &str) -> Option<VisitorId> {
    let seed = HEXLOWER_PERMISSIVE.decode(seed.as_bytes()).ok().filter(|seed| seed.len() == 16)?;
    Some(named_by(secret, SEED, &seed))
}

/// The visitor who begins a conversation with an email.
pub(super) fn of_mail(secret: &str, mail: InboundId) -> VisitorId {
    named_by(secret, MAIL, mail.0.as_bytes())
}

/// The visitor whose id is a MAC, formatted as a UUID.
fn named_by(secret: &str, purpose: &[u8], of: &[u8]) -> VisitorId {
    let mac: [u8; 32] = mac(secret, purpose, of).finalize().into_bytes().into();
    let mut random = [0; 16];
    random.copy_from_slice(&mac[..16]);
    VisitorId(uuid::Builder::from_custom_bytes(random).into_uuid())
}

/// The contents of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) visitor: VisitorId,
    pub(super) generation: i32,
    /// When it was issued, in seconds since 1970 (UTC).
    pub(super) issued_s: u64,
    /// The tag of the address whose email link they came through.
    pub(super) reads: Option<[u8; TAG]>,
}

/// The length of an address's tag, in bytes.
const TAG: usize = 8;

/// The tag that stands for an address in a token.
pub(super) fn tag_of(secret: &str, address: &str) -> [u8; TAG] {
    let mac: [u8; 32] = mac(secret, READS, address.as_bytes()).finalize().into_bytes().into();
    let mut tag = [0; TAG];
    tag.copy_from_slice(&mac[..TAG]);
    tag
}

impl Token {
    fn mac(&self, secret: &str) -> Hmac<Sha256> {
        let mut mac = mac(secret, TOKEN, self.visitor.0.as_bytes());
        mac.update(&self.generation.to_be_bytes());
        mac.update(&self.issued_s.to_be_bytes());
        if let Some(tag) = &self.reads {
            mac.update(tag);
        }
        mac
    }

    pub(super) fn write(&self, secrets: &Rotating) -> String {
        let Self { visitor, generation, issued_s, reads } = self;
        let tag = self.mac(secrets.now()).finalize().into_bytes();
        let reads = reads.map(|tag| format!("r{}", HEXLOWER.encode(&tag))).unwrap_or_default();
        format!("{visitor}.{generation}{reads}.{issued_s}.{}", HEXLOWER.encode(&tag))
    }

    /// Whether it was issued to a visitor who came through an email to this address.
    pub(super) fn is_of_reader(&self, secrets: &Rotating, address: &str) -> bool {
        secrets.all().any(|secret| self.reads == Some(tag_of(secret, address)))
    }

    /// Parses a token, and verifies that the inbox issued it. The MAC is compared in constant time.
    pub(super) fn read(secrets: &Rotating, text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (visitor, generation) = (parts.next()?, parts.next()?);
        let (issued_s, tag) = (parts.next()?, parts.next()?);
        let (generation, reads) = match generation.split_once('r') {
            None => (generation, None),
            Some((generation, tag)) => {
                let tag = HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok()?;
                (generation, Some(tag.try_into().ok()?))
            }
        };
        let token = Self {
            visitor: VisitorId::parse(visitor)?,
            generation: generation.parse().ok()?,
            issued_s: issued_s.parse().ok()?,
            reads,
        };
        let tag = HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok()?;
        let is_right = |secret: &str| token.mac(secret).verify_slice(&tag).is_ok();
        (parts.next().is_none() && secrets.all().any(is_right)).then_some(token)
    }
}

/// Issues what the link of an email carries instead of a token: `ID.UNTIL.MAC`. It is for the one address
/// that the email was sent to: it is no longer valid once the visitor has another.
pub(super) fn issue_login(
    secret: &str,
    visitor: VisitorId,
    address: &str,
    until_ms: UnixMillis,
) -> String {
    let mac = mac_of_login(secret, visitor, address, until_ms).finalize().into_bytes();
    format!("{visitor}.{until_ms}.{}", HEXLOWER.encode(&mac))
}

/// A parsed login that is not yet verified.
pub(super) struct Login {
    pub(super) visitor: VisitorId,
    until_ms: UnixMillis,
    tag: Vec<u8>,
}

impl Login {
    /// `None` for a text of another form, such as a visitor's token.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (visitor, rest) = text.split_once('.')?;
        let (until_ms, tag) = rest.split_once('.')?;
        let visitor = VisitorId::parse(visitor)?;
        Some(Self {
            visitor,
            until_ms: until_ms.parse().ok()?,
            tag: HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok()?,
        })
    }

    /// Whether it was issued for this address, and has not expired.
    pub(super) fn is_right(&self, secrets: &Rotating, address: &str, now_ms: UnixMillis) -> bool {
        let is_right = |secret: &str| {
            let mac = mac_of_login(secret, self.visitor, address, self.until_ms);
            mac.verify_slice(&self.tag).is_ok()
        };
        now_ms < self.until_ms && secrets.all().any(is_right)
    }
}

fn mac_of_login(
    secret: &str,
    visitor: VisitorId,
    address: &str,
    until_ms: UnixMillis,
) -> Hmac<Sha256> {
    let mut mac = mac(secret, LOGIN, visitor.0.as_bytes());
    mac.update(&until_ms.0.to_be_bytes());
    mac.update(address.as_bytes());
    mac
}

pub(crate) fn mac(secret: &str, purpose: &[u8], of: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC accepts keys of any length");
    mac.update(purpose);
    mac.update(of);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotating(secret: &str) -> Rotating {
        Rotating::new(secret.to_owned())
    }

    fn token() -> Token {
        let visitor = VisitorId::parse("01890000-0000-7000-8000-000000000001").unwrap();
        Token { visitor, generation: 3, issued_s: 1_700_000_000, reads: None }
    }

    #[test]
    fn only_the_inbox_that_issued_a_token_takes_it() {
        let text = token().write(&rotating("one"));
        assert_eq!(Token::read(&rotating("one"), &text), Some(token()));
        assert_eq!(Token::read(&rotating("two"), &text), None);
        let ann = tag_of("one", "ann@example.com");
        let reader = Token { reads: Some(ann), ..token() };
        let text = reader.write(&rotating("one"));
        assert_eq!(Token::read(&rotating("one"), &text), Some(reader));
        assert!(reader.is_of_reader(&rotating("one"), "ann@example.com"));
        assert!(!reader.is_of_reader(&rotating("one"), "mallory@example.com"));
        assert!(!token().is_of_reader(&rotating("one"), "ann@example.com"));
        let other = tag_of("one", "mallory@example.com");
        let (own, other) = (HEXLOWER.encode(&ann), HEXLOWER.encode(&other));
        for forged in [text.replace(&own, &other), text.replace(&format!("r{own}"), "")] {
            assert_eq!(Token::read(&rotating("one"), &forged), None, "{forged}");
        }
    }

    #[test]
    fn a_seed_names_one_visitor_in_one_inbox() {
        let seed = "0123456789abcdef0123456789ABCDEF";
        let one = of_seed("one", seed);
        assert!(one.is_some());
        assert_eq!(one, of_seed("one", &seed.to_lowercase()));
        assert_ne!(one, of_seed("two", seed));
        for wrong in ["", "0", "xyz", &seed[2..], &seed.repeat(2)] {
            assert_eq!(of_seed("one", wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_login_is_for_one_address_and_a_while() {
        let visitor = VisitorId::parse("01890000-0000-7000-8000-000000000001").unwrap();
        let text = issue_login("one", visitor, "ann@example.com", UnixMillis(1_000));
        let login = Login::parse(&text).unwrap();
        assert_eq!(login.visitor, visitor);
        let (one, two) = (rotating("one"), rotating("two"));
        assert!(login.is_right(&one, "ann@example.com", UnixMillis(999)));
        assert!(!login.is_right(&one, "ann@example.com", UnixMillis(1_000)));
        assert!(!login.is_right(&one, "bob@example.com", UnixMillis(999)));
        assert!(!login.is_right(&two, "ann@example.com", UnixMillis(999)));
        let longer = text.replace(".1000.", ".9000.");
        assert!(!Login::parse(&longer).unwrap().is_right(&one, "ann@example.com", UnixMillis(999)));
        // Neither is accepted as the other.
        assert_eq!(Token::read(&one, &text), None);
        assert!(Login::parse(&token().write(&one)).is_none());
    }

    #[test]
    fn a_forged_token_is_refused() {
        let one = rotating("one");
        let text = token().write(&one);
        let other = text.replace("0001.", "0002.");
        let (newer, later) =
            (text.replace(".3.", ".4."), text.replace(".1700000000.", ".1800000000."));
        let cut = &text[..text.len() - 2];
        for forged in [
            "",
            ".",
            "x.y",
            "x.3.1.y",
            &other,
            &newer,
            &later,
            cut,
            &format!("{text}00"),
            &format!("{text}.x"),
        ] {
            assert_eq!(Token::read(&one, forged), None, "{forged}");
        }
    }
}
