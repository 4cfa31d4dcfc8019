//! An inbox's secrets: a sealed column of the database.

use protocol::{ErrorCode, InboxId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel};
use serde::{Deserialize, Serialize};

use crate::Domain;
use crate::ambient::Ambient;
use crate::error::{Error, Result};
use crate::table::inbox;

/// How long a rotated secret is accepted beside the new one, in milliseconds.
const OVERLAP_MS: u64 = 24 * 60 * 60 * 1_000;

/// The same for the secret that signs visitors' tokens: visitors who seldom return keep their conversation.
const VISITORS_OVERLAP_MS: u64 = 90 * 24 * 60 * 60 * 1_000;

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
    until_ms: u64,
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

    fn rotate(&mut self, secret: String, until_ms: Option<u64>) {
        let before = std::mem::replace(&mut self.now, secret);
        self.before = until_ms.map(|until_ms| Before { secret: before, until_ms });
    }

    fn forget(&mut self, now_ms: u64) {
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
    pub(super) fn open(ambient: &Ambient, row: &inbox::Model) -> Result<Self> {
        let text = ambient.keys().unseal(&purpose(row.id), &row.secrets)?;
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

    pub(super) fn seal(&self, ambient: &Ambient, id: Uuid) -> String {
        let text = serde_json::to_string(self).expect("strings serialize to JSON");
        ambient.keys().seal(&purpose(id), &text, ambient.bytes())
    }
}

fn purpose(id: Uuid) -> String {
    format!("inbox secrets v1:{id}")
}

impl Domain {
    /// Creates a new secret for an inbox. What was signed with the previous one is accepted for a while, or no
    /// longer with `at_once`.
    ///
    /// # Errors
    /// `inbox_unknown`; store errors.
    pub async fn rotate_secret(&self, id: InboxId, of: SecretOf, at_once: bool) -> Result<()> {
        let secret = self.ambient.secret();
        let now_ms = self.ambient.now_ms();
        let until_ms = |overlap_ms| (!at_once).then_some(now_ms + overlap_ms);
        self.change_secrets(id, |secrets| match of {
            SecretOf::Visitors => secrets.visitors.rotate(secret, until_ms(VISITORS_OVERLAP_MS)),
            SecretOf::Identity => secrets.identity.rotate(secret, until_ms(OVERLAP_MS)),
            SecretOf::Inbound => match &mut secrets.inbound {
                Some(inbound) => inbound.rotate(secret, until_ms(OVERLAP_MS)),
                None => secrets.inbound = Some(Rotating::new(secret)),
            },
        })
        .await
    }

    /// Changes the secrets of an inbox.
    pub(super) async fn change_secrets(
        &self,
        id: InboxId,
        change: impl FnOnce(&mut Secrets),
    ) -> Result<()> {
        let found = inbox::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let row = found.ok_or(ErrorCode::InboxUnknown)?;
        let mut secrets = Secrets::open(&self.ambient, &row)?;
        change(&mut secrets);
        let mut changed = row.into_active_model();
        changed.secrets = Set(secrets.seal(&self.ambient, id.0));
        inbox::Entity::update(changed).exec(&self.store.reader).await?;
        Ok(())
    }

    /// Reseals secrets that are not sealed with the newest key, or not at all. Returns how many.
    ///
    /// # Errors
    /// A secret that can't be opened; store errors.
    pub async fn seal_secrets(&self) -> Result<usize> {
        let mut sealed = 0;
        for row in inbox::Entity::find().all(&self.store.reader).await? {
            let secrets = Secrets::open(&self.ambient, &row)?;
            if self.ambient.keys().is_fresh(&row.secrets) {
                continue;
            }
            let (id, before) = (row.id, row.secrets);
            inbox::Entity::update_many()
                .col_expr(
                    inbox::Column::Secrets,
                    sea_orm::sea_query::Expr::value(secrets.seal(&self.ambient, id)),
                )
                .filter(inbox::Column::Id.eq(id))
                // A concurrent change has already sealed the new value.
                .filter(inbox::Column::Secrets.eq(before))
                .exec(&self.store.reader)
                .await?;
            sealed += 1;
        }
        Ok(sealed + self.seal_login_secrets().await?)
    }
}
