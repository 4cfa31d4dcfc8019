//! Rotates and seals an inbox's secrets.

use protocol::{ErrorCode, InboxId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect};

use super::SecretOf;
use super::secrets::Rotating;
use super::secrets::Secrets;
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::inbox;

/// The same for the secret that signs visitors' tokens: visitors who seldom return keep their conversation.
const VISITORS_OVERLAP_MS: u64 = 90 * 24 * 60 * 60 * 1_000;

/// How long a rotated secret is accepted beside the new one, in milliseconds.
const OVERLAP_MS: u64 = 24 * 60 * 60 * 1_000;

impl Domain {
    /// Creates a new secret for an inbox. What was signed with the previous one is accepted for a while, or no
    /// longer with `at_once`.
    ///
    /// # Errors
    /// `inbox_unknown`; store errors.
    pub async fn rotate_secret(&self, id: InboxId, of: SecretOf, at_once: bool) -> Result<()> {
        let secret = self.ambient.secret();
        let now_ms = self.ambient.now_ms();
        let until_ms = move |overlap_ms| (!at_once).then_some(now_ms + overlap_ms);
        self.change_secrets(id, move |secrets| {
            let secret = secret.clone();
            match of {
                SecretOf::Visitors => {
                    secrets.visitors.rotate(secret, until_ms(VISITORS_OVERLAP_MS));
                }
                SecretOf::Identity => secrets.identity.rotate(secret, until_ms(OVERLAP_MS)),
                SecretOf::Inbound => match &mut secrets.inbound {
                    Some(inbound) => inbound.rotate(secret, until_ms(OVERLAP_MS)),
                    None => secrets.inbound = Some(Rotating::new(secret)),
                },
            }
        })
        .await
    }

    /// Changes the secrets of an inbox.
    pub(super) async fn change_secrets(
        &self,
        id: InboxId,
        change: impl Fn(&mut Secrets) + Send + Sync + 'static,
    ) -> Result<()> {
        self.writer.run(ChangeSecrets { id, change }).await
    }

    /// Reseals secrets that are not sealed with the newest key, or not at all. Returns how many.
    ///
    /// # Errors
    /// A secret that can't be opened; store errors.
    pub async fn seal_secrets(&self) -> Result<usize> {
        let mut sealed = 0;
        let rows: Vec<(InboxId, String)> = inbox::Entity::find()
            .select_only()
            .column(inbox::Column::Id)
            .column(inbox::Column::Secrets)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        for (id, before) in rows {
            let secrets = Secrets::open(&self.ambient, id, &before)?;
            if self.ambient.keys().is_fresh(&before) {
                continue;
            }
            inbox::Entity::update_many()
                .assign(inbox::COLUMN.secrets, secrets.seal(&self.ambient, id))
                .filter(inbox::COLUMN.id.eq(id))
                // A concurrent change has already sealed the new value.
                .filter(inbox::COLUMN.secrets.eq(before))
                .exec(&self.store.reader)
                .await?;
            sealed += 1;
        }
        Ok(sealed + self.seal_login_secrets().await?)
    }
}

struct ChangeSecrets<F> {
    id: InboxId,
    change: F,
}

impl<F: Fn(&mut Secrets) + Send + Sync + 'static> Command for ChangeSecrets<F> {
    type Output = ();
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let found = inbox::Entity::find_by_id(self.id).lock_exclusive().one(write.tx).await?;
        let row = found.ok_or(ErrorCode::InboxUnknown)?;
        let mut secrets = Secrets::open(write.ambient, row.id, &row.secrets)?;
        (self.change)(&mut secrets);
        let mut changed = row.into_active_model();
        changed.secrets = Set(secrets.seal(write.ambient, self.id));
        inbox::Entity::update(changed).exec(write.tx).await?;
        Ok(())
    }
}
