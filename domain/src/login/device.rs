//! Browsers that an agent has logged in by before (OWASP: device cookies).
//!
//! What such a browser keeps is `AGENT.NONCE.MAC`, the MAC being made with what is stored of the agent's
//! password: another password, and no browser is known any more. It opens nothing: it only gives
//! attempts from that browser a bound of their own.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::Mac;
use protocol::AgentId;

use crate::ambient::Ambient;
use crate::table::agent;
use crate::visitor::mac;

/// Separates this use of what is stored from the others.
const DEVICE: &[u8] = b"agent device v1:";

pub(super) fn issue(row: &agent::Model, ambient: &Ambient) -> String {
    let nonce = ambient.key();
    let tag = mac_of(row, &nonce).finalize().into_bytes();
    format!("{}.{nonce}.{}", AgentId(row.id), HEXLOWER.encode(&tag))
}

/// Whether a browser is one that this agent has logged in by.
pub(super) fn is_of(row: &agent::Model, device: &str) -> bool {
    let parts = || {
        let (agent, rest) = device.split_once('.')?;
        let (nonce, tag) = rest.split_once('.')?;
        let is_theirs = AgentId::parse(agent) == Some(AgentId(row.id));
        let tag = HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok()?;
        Some(is_theirs && mac_of(row, nonce).verify_slice(&tag).is_ok())
    };
    parts().unwrap_or(false)
}

fn mac_of(row: &agent::Model, nonce: &str) -> hmac::Hmac<sha2::Sha256> {
    let mut mac = mac(&row.password_hash, DEVICE, row.id.as_bytes());
    mac.update(nonce.as_bytes());
    mac
}
