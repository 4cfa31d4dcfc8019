//! The signed part of the address that answers go to: `NAME+TOKEN@HOST`. Who has it got the mail, or
//! had it from somebody who did.

use data_encoding::BASE32_NOPAD;
use hmac::Mac;
use protocol::MailId;
use uuid::Uuid;

use crate::inbox::Inbox;
use crate::visitor::mac;

/// Separates this use of the inbox's secret from the others.
const REPLY: &[u8] = b"mail reply v1:";

/// How many bytes of the MAC travel: 80 bits. The name before an `@` has room for 64 characters.
const TAG: usize = 10;
const ID: usize = 16;

/// The address for answers to a mail, if the inbox takes any.
pub(super) fn reply_to(inbox: &Inbox, id: MailId) -> Option<String> {
    let (name, host) = inbox.inbound_address()?.split_once('@')?;
    let tag = mac(inbox.secrets.visitors.now(), REPLY, id.0.as_bytes()).finalize().into_bytes();
    let token = [id.0.as_bytes().as_slice(), &tag[..TAG]].concat();
    // Servers may change the case of what stands before the `@`.
    Some(format!("{name}+{}@{host}", BASE32_NOPAD.encode(&token).to_lowercase()))
}

/// The mail that an address is for, and the MAC that it brings along.
pub(super) fn parse(address: &str) -> Option<(MailId, Vec<u8>)> {
    let (name, _) = address.rsplit_once('@')?;
    let (_, token) = name.rsplit_once('+')?;
    let token = BASE32_NOPAD.decode(token.to_uppercase().as_bytes()).ok()?;
    let (id, tag) = token.split_at_checked(ID)?;
    let id = Uuid::from_slice(id).ok()?;
    (tag.len() == TAG).then(|| (MailId(id), tag.to_vec()))
}

/// Whether the inbox issued it. The comparison takes the same time wherever it fails.
pub(super) fn is_right(inbox: &Inbox, id: MailId, tag: &[u8]) -> bool {
    let mut all = inbox.secrets.visitors.all();
    tag.len() == TAG
        && all.any(|secret| mac(secret, REPLY, id.0.as_bytes()).verify_truncated_left(tag).is_ok())
}
