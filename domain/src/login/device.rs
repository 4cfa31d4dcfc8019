//! Browsers that an agent has logged in with before (OWASP: device cookies).
//!
//! The browser stores `AGENT.NONCE.MAC`. The MAC covers what is stored of the agent's password, with a key that
//! is not in the database: once the password changes, no browser is known any more. It grants no access. It
//! only gives attempts from that browser their own limit.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use protocol::AgentId;

use crate::ambient::Ambient;
use crate::table::agent;

/// Separates this use of the key from the others.
const DEVICE: &[u8] = b"agent device v2:";

pub(super) fn issue(row: &agent::Model, ambient: &Ambient) -> String {
    let nonce = ambient.key();
    let tag = ambient.keys().sign(DEVICE, &signed(row, &nonce));
    format!("{}.{nonce}.{}", row.id, HEXLOWER.encode(&tag))
}

/// Whether an agent has logged in with this browser before.
pub(super) fn is_of(row: &agent::Model, device: &str, ambient: &Ambient) -> bool {
    let parts = || {
        let (agent, rest) = device.split_once('.')?;
        let (nonce, tag) = rest.split_once('.')?;
        let is_theirs = AgentId::parse(agent) == Some(row.id);
        let tag = HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok()?;
        Some(is_theirs && ambient.keys().is_signed(DEVICE, &signed(row, nonce), &tag))
    };
    parts().unwrap_or(false)
}

fn signed<'a>(row: &'a agent::Model, nonce: &'a str) -> [&'a [u8]; 4] {
    // A nonce contains no dot.
    [row.id.0.as_bytes(), nonce.as_bytes(), b".", row.password_hash.as_bytes()]
}
