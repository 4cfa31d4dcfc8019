//! The tokens of links by which agents set passwords.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use protocol::limits::{INVITATION_MS, PASSWORD_LINK_MS};
use protocol::{AgentId, ErrorCode, UnixMillis};

use super::has_password;
use crate::ambient::Ambient;
use crate::error::Result;
use crate::keys::Keys;
use crate::table::agent;

/// Separates this use of the keys from the others.
const LINK: &[u8] = b"agent link v2:";

/// How long a link that is issued to this agent now stays valid, in milliseconds.
pub(crate) fn life_ms(row: &agent::Model) -> u64 {
    if has_password(row) { PASSWORD_LINK_MS } else { INVITATION_MS }
}

/// Issues a link for this agent, valid from `from_ms` on. It becomes invalid when their password hash
/// changes.
pub(crate) fn issue(row: &agent::Model, from_ms: UnixMillis, keys: &Keys) -> String {
    let until_ms = from_ms + life_ms(row);
    let tag = keys.sign(LINK, &signed(row, &until_ms.0.to_be_bytes()));
    format!("{}.{until_ms}.{}", row.id, HEXLOWER.encode(&tag))
}

fn signed<'a>(row: &'a agent::Model, until_ms: &'a [u8; 8]) -> [&'a [u8]; 3] {
    [row.id.0.as_bytes(), until_ms, row.password_hash.as_bytes()]
}

/// A parsed link that is not yet verified.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) agent: AgentId,
    pub(super) until_ms: UnixMillis,
    pub(super) tag: Vec<u8>,
}

impl Link {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let parts = || {
            let (agent, rest) = text.split_once('.')?;
            let (until_ms, tag) = rest.split_once('.')?;
            let agent = AgentId::parse(agent)?;
            Some(Self {
                agent,
                until_ms: until_ms.parse().ok()?,
                tag: HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok()?,
            })
        };
        parts().ok_or(ErrorCode::LinkInvalid.into())
    }

    /// Returns the agent whose link it is, if it is valid.
    pub(super) fn opens(
        &self,
        row: Option<agent::Model>,
        ambient: &Ambient,
    ) -> Result<agent::Model> {
        let is_right = |row: &agent::Model| {
            let until_ms = self.until_ms.0.to_be_bytes();
            let in_time = ambient.now_ms() < self.until_ms;
            let signed = signed(row, &until_ms);
            row.is_active && in_time && ambient.keys().is_signed(LINK, &signed, &self.tag)
        };
        row.filter(is_right).ok_or(ErrorCode::LinkInvalid.into())
    }
}
