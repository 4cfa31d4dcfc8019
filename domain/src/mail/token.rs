//! The signed part of the address for replies: `NAME+TOKEN@HOST`. Anyone who has it received the email, or got
//! it from someone who did.

use data_encoding::BASE32_NOPAD;
use hmac::Mac;
use protocol::MailId;
use uuid::Uuid;

use crate::inbox::Inbox;
use crate::visitor::token::mac;

/// Separates this use of the inbox's secret from the others.
const REPLY: &[u8] = b"mail reply v1:";

/// How many bytes of the MAC are in the address: 80 bits. A local part has room for 64 characters.
const TAG: usize = 10;
const ID: usize = 16;

/// The address for replies to an email, if the inbox receives email.
pub(super) fn reply_to(inbox: &Inbox, id: MailId) -> Option<String> {
    let (name, host) = inbox.inbound_address()?.split_once('@')?;
    let tag = mac(inbox.secrets.visitors.now(), REPLY, id.0.as_bytes()).finalize().into_bytes();
    let token = [id.0.as_bytes().as_slice(), &tag[..TAG]].concat();
    // Servers may change the case of the local part.
    Some(format!("{name}+{}@{host}", BASE32_NOPAD.encode(&token).to_lowercase()))
}

/// The email that an address belongs to, and the MAC in the address.
pub(super) fn parse(address: &str) -> Option<(MailId, Vec<u8>)> {
    let (name, _) = address.rsplit_once('@')?;
    let (_, token) = name.rsplit_once('+')?;
    let token = BASE32_NOPAD.decode(token.to_uppercase().as_bytes()).ok()?;
    let (id, tag) = token.split_at_checked(ID)?;
    let id = Uuid::from_slice(id).ok()?;
    (tag.len() == TAG).then(|| (MailId(id), tag.to_vec()))
}

/// Whether the inbox issued this MAC. The comparison takes the same time wherever it fails.
pub(super) fn is_right(inbox: &Inbox, id: MailId, tag: &[u8]) -> bool {
    let mut all = inbox.secrets.visitors.all();
    tag.len() == TAG
        && all.any(|secret| mac(secret, REPLY, id.0.as_bytes()).verify_truncated_left(tag).is_ok())
}
