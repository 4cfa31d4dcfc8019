//! Visitors, and the tokens that prove who they are.

mod about;
mod address_prompt;
mod admit;
mod block;
mod by_mail;
mod profile;
pub(crate) mod proof;
mod recognize;
pub(crate) mod token;
mod vouched;

use std::net::IpAddr;

use data_encoding::HEXLOWER;
use hmac::Mac;
use protocol::{InboxId, UnixMillis, VisitorId};

use crate::inbox::Inbox;
use crate::table::visitor;

pub use about::{About, User};
pub use admit::{Admitted, Reads};
pub use block::{Block, BlockOf};
pub(crate) use by_mail::{by_mail, reads, writes_by_mail};
pub use profile::Profile;
pub(crate) use profile::from_row as profile;
pub use proof::{jwt_secret, user_of_jwt};
pub(crate) use recognize::new_row;
pub use vouched::Vouched;

/// A visitor whose token was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitorIdentity {
    /// The inbox.
    pub inbox: InboxId,
    /// The visitor.
    pub visitor: VisitorId,
}

/// Separates this use of the secret from the others.
const NETWORK: &[u8] = b"visitor network v1:";

impl Inbox {
    /// A keyed hash that stands for a network, because addresses are not stored. The network can't be guessed
    /// from it without the inbox's secret.
    #[must_use]
    pub fn network(&self, network: IpAddr) -> String {
        let tag = token::mac(self.secrets.visitors.now(), NETWORK, network.to_string().as_bytes());
        HEXLOWER.encode(&tag.finalize().into_bytes()[..8])
    }
}

/// Issues a login that logs the reader of an email in as the visitor that it was sent to, until `until_ms`.
pub(crate) fn login(
    inbox: &Inbox,
    visitor: &visitor::Model,
    address: &str,
    until_ms: UnixMillis,
) -> String {
    let secret = inbox.secrets.visitors.now();
    token::issue_login(secret, visitor.id, address, until_ms)
}

/// A visitor's name, else their email address, else a name made from their id.
pub(crate) fn display_name(visitor: &visitor::Model) -> String {
    name_to_show(visitor.id, visitor.name.clone(), visitor.email.clone())
}

/// The name to show for a visitor with this id, name and email address.
pub(crate) fn name_to_show(id: VisitorId, name: Option<String>, email: Option<String>) -> String {
    name.or(email).unwrap_or_else(|| default_name(id))
}

/// A name made from a visitor's id.
pub(crate) fn default_name(id: VisitorId) -> String {
    let id = id.0.simple().to_string();
    // The end of a UUIDv7 is random; its beginning is a timestamp.
    format!("Visitor {}", id[28..].to_uppercase())
}
