//! Addresses of which something is known: those that want no mail, and those that take none.

use async_trait::async_trait;
use hmac::Mac;
use protocol::{ErrorCode, InboxId, MailId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use crate::Domain;
use crate::ambient::hex;
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::{mail, mail_address};
use crate::visitor::{Profile, mac, unhex};
use crate::writer::{Command, Shard, Write};

/// Separates this use of the inbox's secret from the others.
const PREFERENCE: &[u8] = b"mail preference v1:";

/// What an inbox knows of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it wants no mail.
    pub is_unsubscribed: bool,
    /// What a mail server said of it, if it takes none.
    pub bounced: Option<String>,
}

/// Whether an address wants mail from an inbox, as its reader sees it.
#[derive(Clone)]
pub struct Preference {
    /// The inbox.
    pub inbox: Inbox,
    /// The address.
    pub address: String,
    /// Whether it wants no mail.
    pub is_unsubscribed: bool,
}

/// What lets the reader of a mail say whether they want more: `ID.MAC`.
pub(super) fn issue(inbox: &Inbox, id: MailId) -> String {
    let tag = mac(&inbox.secret, PREFERENCE, id.0.as_bytes());
    format!("{id}.{}", hex(&tag.finalize().into_bytes()))
}

impl Domain {
    /// Whose wish it is that a mail's token stands for.
    ///
    /// # Errors
    /// `link_invalid`; the store's.
    pub async fn mail_preference(&self, token: &str) -> Result<Preference> {
        let (inbox, address) = self.holder(token).await?;
        let Standing { is_unsubscribed, .. } =
            standing(&self.store.reader, inbox.id, &address).await?;
        Ok(Preference { inbox, address, is_unsubscribed })
    }

    /// Has an address get no more mail from an inbox, or get it again.
    ///
    /// # Errors
    /// `link_invalid`; the store's.
    pub async fn prefer_mail(&self, token: &str, wanted: bool) -> Result<()> {
        let (inbox, address) = self.holder(token).await?;
        self.writer.run(Prefer { inbox: inbox.id, address, wanted }).await
    }

    /// What an inbox knows of its visitor's address.
    ///
    /// # Errors
    /// The store's.
    pub async fn mail_standing(&self, visitor: &Profile) -> Result<Standing> {
        match &visitor.email {
            Some(address) => standing(&self.store.reader, visitor.inbox, address).await,
            None => Ok(Standing::default()),
        }
    }

    async fn holder(&self, token: &str) -> Result<(Inbox, String)> {
        let invalid = || ErrorCode::LinkInvalid;
        let (id, tag) = token.split_once('.').ok_or_else(invalid)?;
        let id = MailId::parse(id).ok_or_else(invalid)?;
        let tag = unhex(tag).ok_or_else(invalid)?;
        let row = mail::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let row = row.ok_or_else(invalid)?;
        let inbox = InboxId(row.inbox_id.ok_or_else(invalid)?);
        let inbox = crate::inbox::find(&self.store.reader, inbox).await?;
        let right = mac(&inbox.secret, PREFERENCE, id.0.as_bytes()).verify_slice(&tag).is_ok();
        match row.address {
            Some(address) if right => Ok((inbox, address)),
            _ => Err(invalid().into()),
        }
    }
}

/// What an inbox knows of an address.
///
/// # Errors
/// The store's.
pub(crate) async fn standing(
    db: &impl ConnectionTrait,
    inbox: InboxId,
    address: &str,
) -> Result<Standing> {
    let key = (inbox.0, address.to_owned());
    let row = mail_address::Entity::find_by_id(key).one(db).await?;
    Ok(row.map_or_else(Standing::default, |row| Standing {
        is_unsubscribed: row.unsubscribed_at_ms.is_some(),
        bounced: row.bounced_at_ms.and(row.bounce_reason),
    }))
}

/// Notes that an address takes no mail.
pub(super) async fn bounced(
    write: &Write<'_>,
    inbox: InboxId,
    address: &str,
    reason: &str,
) -> Result<()> {
    let row = mail_address::ActiveModel {
        inbox_id: Set(inbox.0),
        address: Set(address.to_owned()),
        unsubscribed_at_ms: Set(None),
        bounced_at_ms: Set(Some(write.ambient.now_ms() as i64)),
        bounce_reason: Set(Some(reason.to_owned())),
    };
    let columns = [mail_address::Column::BouncedAtMs, mail_address::Column::BounceReason];
    upsert(write, row, &columns).await
}

/// Notes that an address takes mail after all.
pub(super) async fn arrived(write: &Write<'_>, inbox: InboxId, address: &str) -> Result<()> {
    mail_address::Entity::update_many()
        .col_expr(mail_address::Column::BouncedAtMs, Expr::value(None::<i64>))
        .col_expr(mail_address::Column::BounceReason, Expr::value(None::<String>))
        .filter(mail_address::Column::InboxId.eq(inbox.0))
        .filter(mail_address::Column::Address.eq(address))
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

struct Prefer {
    inbox: InboxId,
    address: String,
    wanted: bool,
}

#[async_trait]
impl Command for Prefer {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let unsubscribed_at_ms = (!self.wanted).then(|| write.ambient.now_ms() as i64);
        let row = mail_address::ActiveModel {
            inbox_id: Set(self.inbox.0),
            address: Set(self.address.clone()),
            unsubscribed_at_ms: Set(unsubscribed_at_ms),
            bounced_at_ms: Set(None),
            bounce_reason: Set(None),
        };
        // Who asks for mail again reads it: what bounced once may be tried.
        let columns: &[_] = if self.wanted {
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
}
