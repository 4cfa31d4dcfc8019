//! What is known about addresses: those that are unsubscribed, and those that bounce.

use std::collections::HashMap;

use protocol::InboxId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use crate::Domain;
use crate::command::Write;
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::mail_address;
use crate::visitor::Profile;

/// Stands in for the inbox of agents' addresses, which belong to the program and not to an inbox.
pub(crate) const OF_AGENTS: InboxId = InboxId(Uuid::nil());

/// What an inbox knows about an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressStatus {
    /// Whether it is unsubscribed.
    pub is_unsubscribed: bool,
    /// Why it bounces, in the words of a mail server; `None` if it does not.
    pub bounced: Option<String>,
}

impl Domain {
    /// What an inbox knows about its visitor's address.
    ///
    /// # Errors
    /// Store errors.
    pub async fn address_status(&self, visitor: &Profile) -> Result<AddressStatus> {
        match &visitor.email {
            Some(address) => standing(&self.store.reader, visitor.inbox, address).await,
            None => Ok(AddressStatus::default()),
        }
    }

    /// The agents' addresses that bounce, each with what a mail server said about it.
    ///
    /// # Errors
    /// Store errors.
    pub async fn bounced_agents(&self) -> Result<HashMap<String, String>> {
        let rows = mail_address::Entity::find()
            .filter(mail_address::COLUMN.inbox_id.eq(OF_AGENTS))
            .filter(mail_address::COLUMN.bounced_at_ms.is_not_null())
            .all(&self.store.reader)
            .await?;
        let said = |row: mail_address::Model| (row.address, row.bounce_reason.unwrap_or_default());
        Ok(rows.into_iter().map(said).collect())
    }
}

/// What an inbox knows about an address.
///
/// # Errors
/// Store errors.
pub(crate) async fn standing(
    db: &impl ConnectionTrait,
    inbox: InboxId,
    address: &str,
) -> Result<AddressStatus> {
    let key = (inbox, address.to_owned());
    let row = mail_address::Entity::find_by_id(key).one(db).await?;
    Ok(row.map_or_else(AddressStatus::default, |row| AddressStatus {
        is_unsubscribed: row.unsubscribed_at_ms.is_some(),
        bounced: row.bounced_at_ms.and(row.bounce_reason),
    }))
}

/// Records that an address bounces.
pub(super) async fn bounced(
    write: &Write<'_>,
    inbox: InboxId,
    address: &str,
    reason: &str,
) -> Result<()> {
    let row = mail_address::ActiveModel {
        inbox_id: Set(inbox),
        address: Set(address.to_owned()),
        unsubscribed_at_ms: Set(None),
        bounced_at_ms: Set(Some(write.ambient.now_ms())),
        bounce_reason: Set(Some(reason.to_owned())),
    };
    let columns = [mail_address::Column::BouncedAtMs, mail_address::Column::BounceReason];
    upsert(write, row, &columns).await
}

/// Records that an address accepts email after all.
pub(crate) async fn arrived(write: &Write<'_>, inbox: InboxId, address: &str) -> Result<()> {
    mail_address::Entity::update_many()
        .clear(mail_address::COLUMN.bounced_at_ms)
        .clear(mail_address::COLUMN.bounce_reason)
        .filter(mail_address::COLUMN.inbox_id.eq(inbox))
        .filter(mail_address::COLUMN.address.eq(address))
        .exec(write.tx)
        .await?;
    Ok(())
}

async fn upsert(
    write: &Write<'_>,
    row: mail_address::ActiveModel,
    columns: &[mail_address::Column],
) -> Result<()> {
    let key = [mail_address::Column::InboxId, mail_address::Column::Address];
    let replace = OnConflict::columns(key).update_columns(columns.iter().copied()).to_owned();
    let insert = mail_address::Entity::insert(row).on_conflict(replace);
    insert.exec_without_returning(write.tx).await?;
    Ok(())
}

/// Records whether an address wants email.
pub(super) async fn prefers(
    write: &Write<'_>,
    inbox: InboxId,
    address: &str,
    wanted: bool,
) -> Result<()> {
    let row = mail_address::ActiveModel {
        inbox_id: Set(inbox),
        address: Set(address.to_owned()),
        unsubscribed_at_ms: Set((!wanted).then(|| write.ambient.now_ms())),
        bounced_at_ms: Set(None),
        bounce_reason: Set(None),
    };
    // Someone who asks for email again reads it, so an address that bounced may be tried again.
    let columns: &[_] = if wanted {
        &[
            mail_address::Column::UnsubscribedAtMs,
            mail_address::Column::BouncedAtMs,
            mail_address::Column::BounceReason,
        ]
    } else {
        &[mail_address::Column::UnsubscribedAtMs]
    };
    upsert(write, row, columns).await
}
