//! An inbox's secrets: a column of the database, sealed.

use protocol::{ErrorCode, InboxId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel};
use serde::{Deserialize, Serialize};

use crate::Domain;
use crate::ambient::Ambient;
use crate::error::{Error, Result};
use crate::table::inbox;

/// How long a secret that was rotated is taken beside the new one, in milliseconds.
const OVERLAP_MS: u64 = 24 * 60 * 60 * 1_000;

/// The same for what visitors' tokens are signed with: a visitor who comes seldom keeps their conversation.
const VISITORS_OVERLAP_MS: u64 = 90 * 24 * 60 * 60 * 1_000;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretOf {
    /// Signs visitors' tokens, the links of mails and the addresses for answers.
    Visitors,
    /// What the site's server signs its users' ids with.
    Identity,
    /// What providers hand mails in by.
    Inbound,
}

/// What an inbox keeps to itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// Signs visitors' tokens, the links of mails and the addresses for answers. Never leaves this crate.
    pub(crate) visitors: Rotating,
    /// What the site's server signs its users' ids with.
    pub(crate) identity: Rotating,
    /// What providers hand mails in by.
    pub(crate) inbound: Option<Rotating>,
    /// The mailbox that is read for it, with its password.
    pub(crate) mailbox: Option<String>,
}

/// A secret, and for a while the one before it.
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

    /// The one that signs.
    pub(crate) fn now(&self) -> &str {
        &self.now
    }

    /// Those that prove something.
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

    /// As they are now: what was rotated long ago proves nothing any more.
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
        let text = serde_json::to_string(self).expect("texts are JSON");
        ambient.keys().seal(&purpose(id), &text, ambient.bytes())
    }
}

fn purpose(id: Uuid) -> String {
    format!("inbox secrets v1:{id}")
}

impl Domain {
    /// Makes a new secret of an inbox. What was signed with the one before is taken for a while; with
    /// `at_once` it proves nothing any more.
    ///
    /// # Errors
    /// `inbox_unknown`; the store's.
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

    /// Changes what an inbox keeps to itself.
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

    /// Seals anew what is not sealed with the newest key, or not at all. Says how much that was.
    ///
    /// # Errors
    /// Where one can't be opened; the store's.
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
                // Who changed it meanwhile has sealed it.
                .filter(inbox::Column::Secrets.eq(before))
                .exec(&self.store.reader)
                .await?;
            sealed += 1;
        }
        Ok(sealed + self.seal_login_secrets().await?)
    }
}
