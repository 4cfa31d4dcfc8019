//! The mailboxes to read, and how far each one was read.

use protocol::{InboxId, UnixMillis};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::Domain;
use crate::error::Result;
use crate::table::mailbox;

/// How far a mailbox was read (RFC 3501, section 2.3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The mailbox's `UIDVALIDITY`. If it changes, all emails have new numbers.
    pub uid_validity: u32,
    /// The UID of the last email that was stored.
    pub uid: u32,
}

/// A mailbox of an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The inbox.
    pub inbox: InboxId,
    /// Its URL, with the password.
    pub url: String,
    /// How far it was read; `None` if it never was.
    pub position: Option<Position>,
    /// When it was last read, in milliseconds since 1970 (UTC).
    pub looked_at_ms: Option<UnixMillis>,
    /// What keeps it from being read.
    pub trouble: Option<String>,
}

impl Domain {
    /// The mailboxes to read.
    ///
    /// # Errors
    /// Store errors.
    pub async fn mailboxes(&self) -> Result<Vec<Mailbox>> {
        let db = &self.store.reader;
        let mut mailboxes = Vec::new();
        for inbox in self.list_inboxes().await? {
            let Some(url) = inbox.inbound.mailbox else { continue };
            let read = mailbox::Entity::find_by_id(inbox.id).one(db).await?;
            let number = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
            let position = read.as_ref().and_then(|read| {
                let (uid_validity, uid) = (number(read.uid_validity)?, number(read.uid)?);
                Some(Position { uid_validity, uid })
            });
            mailboxes.push(Mailbox {
                inbox: inbox.id,
                url,
                position,
                looked_at_ms: read.as_ref().map(|read| read.looked_at_ms),
                trouble: read.and_then(|read| read.trouble),
            });
        }
        Ok(mailboxes)
    }

    /// Records how far the mailbox at a URL was read, and that nothing keeps it from being read. Returns
    /// whether it is still the inbox's mailbox.
    ///
    /// # Errors
    /// Store errors.
    pub async fn note_mailbox(
        &self,
        inbox: InboxId,
        url: &str,
        position: Position,
    ) -> Result<bool> {
        if !self.is_mailbox_of(inbox, url).await? {
            return Ok(false);
        }
        let row = mailbox::ActiveModel {
            inbox_id: Set(inbox),
            uid_validity: Set(Some(i64::from(position.uid_validity))),
            uid: Set(Some(i64::from(position.uid))),
            looked_at_ms: Set(self.ambient.now_ms()),
            trouble: Set(None),
        };
        use mailbox::Column::{LookedAtMs, Trouble, Uid, UidValidity};
        self.note(row, &[UidValidity, Uid, LookedAtMs, Trouble]).await?;
        Ok(true)
    }

    /// Records what keeps a mailbox from being read.
    ///
    /// # Errors
    /// Store errors.
    pub async fn note_mailbox_trouble(
        &self,
        inbox: InboxId,
        url: &str,
        trouble: String,
    ) -> Result<()> {
        if !self.is_mailbox_of(inbox, url).await? {
            return Ok(());
        }
        let row = mailbox::ActiveModel {
            inbox_id: Set(inbox),
            uid_validity: Set(None),
            uid: Set(None),
            looked_at_ms: Set(self.ambient.now_ms()),
            trouble: Set(Some(crate::mail::outcome::short(&trouble))),
        };
        self.note(row, &[mailbox::Column::Trouble]).await
    }

    /// Whether an inbox still has this mailbox. A process that reads a removed one learns of it a little later.
    async fn is_mailbox_of(&self, inbox: InboxId, url: &str) -> Result<bool> {
        let inboxes = self.list_inboxes().await?;
        let of = inboxes.into_iter().find(|one| one.id == inbox);
        Ok(of.is_some_and(|of| of.inbound.mailbox.as_deref() == Some(url)))
    }

    async fn note(&self, row: mailbox::ActiveModel, columns: &[mailbox::Column]) -> Result<()> {
        let replace = OnConflict::column(mailbox::Column::InboxId)
            .update_columns(columns.iter().copied())
            .to_owned();
        let insert = mailbox::Entity::insert(row).on_conflict(replace);
        insert.exec_without_returning(&self.store.reader).await?;
        Ok(())
    }
}
