//! An inbox's secrets: a sealed column of the database.

use protocol::{InboxId, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::ambient::Ambient;
use crate::error::{Error, Result};

/// Which secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretOf {
    /// Signs visitors' tokens, the links in emails and the addresses for replies.
    Visitors,
    /// The site's server signs its users' ids with it.
    Identity,
    /// Providers deliver email with it.
    Inbound,
}

/// The secrets of an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// Signs visitors' tokens, the links in emails and the addresses for replies. Never leaves this crate.
    pub(crate) visitors: Rotating,
    /// The site's server signs its users' ids with it.
    pub(crate) identity: Rotating,
    /// Providers deliver email with it.
    pub(crate) inbound: Option<Rotating>,
    /// The URL of the mailbox that is read for the inbox, with its password.
    pub(crate) mailbox: Option<String>,
}

/// A secret and, for a while, the one before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rotating {
    now: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    before: Option<Before>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Before {
    secret: String,
    until_ms: UnixMillis,
}

impl Rotating {
    pub(crate) fn new(secret: String) -> Self {
        Self { now: secret, before: None }
    }

    /// The secret that signs.
    pub(crate) fn now(&self) -> &str {
        &self.now
    }

    /// The secrets that are accepted when verifying.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let before = self.before.as_ref().map(|before| before.secret.as_str());
        std::iter::once(self.now.as_str()).chain(before)
    }

    pub(super) fn rotate(&mut self, secret: String, until_ms: Option<UnixMillis>) {
        let before = std::mem::replace(&mut self.now, secret);
        self.before = until_ms.map(|until_ms| Before { secret: before, until_ms });
    }

    fn forget(&mut self, now_ms: UnixMillis) {
        self.before = self.before.take().filter(|before| before.until_ms > now_ms);
    }
}

impl Secrets {
    pub(super) fn new(ambient: &Ambient) -> Self {
        Self {
            visitors: Rotating::new(ambient.secret()),
            identity: Rotating::new(ambient.secret()),
            inbound: None,
            mailbox: None,
        }
    }

    /// The secrets as of now: those that were rotated long ago are no longer accepted.
    pub(super) fn open(ambient: &Ambient, id: InboxId, sealed: &str) -> Result<Self> {
        let text = ambient.keys().unseal(&purpose(id), sealed)?;
        let mut secrets: Self =
            serde_json::from_str(&text).map_err(|_| Error::Corrupt("an inbox's secrets"))?;
        let now_ms = ambient.now_ms();
        secrets.visitors.forget(now_ms);
        secrets.identity.forget(now_ms);
        if let Some(inbound) = &mut secrets.inbound {
            inbound.forget(now_ms);
        }
        Ok(secrets)
    }

    pub(super) fn seal(&self, ambient: &Ambient, id: InboxId) -> String {
        let text = serde_json::to_string(self).expect("strings serialize to JSON");
        ambient.keys().seal(&purpose(id), &text, ambient.bytes())
    }
}

fn purpose(id: InboxId) -> String {
    format!("inbox secrets v1:{id}")
}
