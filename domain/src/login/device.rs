//! Browsers that an agent has logged in by before (OWASP: device cookies).
//!
//! What such a browser keeps is `AGENT.NONCE.MAC`, the MAC being of what is stored of the agent's password, by a
//! key that is not in the database: another password, and no browser is known any more. It opens nothing: it only gives
//! attempts from that browser a bound of their own.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use protocol::AgentId;

use crate::ambient::Ambient;
use crate::table::agent;

/// Separates this use of what is stored from the others.
const DEVICE: &[u8] = b"agent device v2:";

pub(super) fn issue(row: &agent::Model, ambient: &Ambient) -> String {
    let nonce = ambient.key();
    let tag = ambient.keys().sign(DEVICE, &signed(row, &nonce));
    format!("{}.{nonce}.{}", AgentId(row.id), HEXLOWER.encode(&tag))
}

/// Whether a browser is one that this agent has logged in by.
pub(super) fn is_of(row: &agent::Model, device: &str, ambient: &Ambient) -> bool {
    let parts = || {
        let (agent, rest) = device.split_once('.')?;
        let (nonce, tag) = rest.split_once('.')?;
        let is_theirs = AgentId::parse(agent) == Some(AgentId(row.id));
        let tag = HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok()?;
        Some(is_theirs && ambient.keys().is_signed(DEVICE, &signed(row, nonce), &tag))
    };
    parts().unwrap_or(false)
}

fn signed<'a>(row: &'a agent::Model, nonce: &'a str) -> [&'a [u8]; 4] {
    // A nonce has no dot.
    [row.id.as_bytes(), nonce.as_bytes(), b".", row.password_hash.as_bytes()]
}
