//! Stores inbound email before anything is done with it.

use bytes::Bytes;
use data_encoding::HEXLOWER;
use protocol::limits::MAIL_BYTES;
use protocol::{ErrorCode, InboundId, InboundReason, InboundState, InboxId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sha2::{Digest, Sha256};

use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::{Error, Result};
use crate::table::inbound_mail;

impl Domain {
    /// Stores an email as it came (RFC 5322). Once this returns, the email is stored durably, and is read until
    /// its outcome is recorded. Storing it again is harmless, whichever way it comes. `checked` is what a
    /// provider says about its sender outside of the email, in the form of `Authentication-Results` (RFC 8601).
    ///
    /// # Errors
    /// `mail_empty`; `mail_too_large` over [`MAIL_BYTES`]; `unavailable` while the disk is nearly full, so that
    /// the client delivers it again later; store errors.
    pub async fn ingest_inbound(
        &self,
        inbox: InboxId,
        raw: Bytes,
        checked: Option<String>,
    ) -> Result<InboundId> {
        if raw.is_empty() {
            return Err(ErrorCode::MailEmpty.into());
        }
        if raw.len() as u64 > MAIL_BYTES {
            return Err(ErrorCode::MailTooLarge.into());
        }
        let digest = digest(raw.clone()).await?;
        if let Some(known) = self.known_inbound(inbox, &digest).await? {
            return Ok(known);
        }
        if let Some(free) = self.is_disk_low() {
            tracing::error!(free, "the disk is nearly full: inbound email is not accepted for now");
            return Err(ErrorCode::Unavailable.into());
        }
        let place = self.ambient.uuid();
        let bytes = raw.len() as i64;
        self.blobs.put_mail(place, raw).await?;
        let keep = Keep { inbox, digest, place: Some(place), bytes, checked, unread: None };
        let kept = self.writer.run(keep).await;
        // If it is unknown whether the row was written, the content has to stay.
        if matches!(kept, Ok((_, false))) {
            self.forget(place).await;
        }
        self.touch_inbound();
        kept.map(|(id, _)| id)
    }

    /// Records an email that is not fetched, so that someone can look at it in the mailbox: its headers, and
    /// why.
    ///
    /// # Errors
    /// Store errors.
    pub async fn leave_inbound(
        &self,
        inbox: InboxId,
        headers: Bytes,
        bytes: u64,
        reason: InboundReason,
    ) -> Result<InboundId> {
        let digest = digest(headers.clone()).await?;
        let unread = Some((headers, reason));
        let bytes = bytes as i64;
        let keep = Keep { inbox, digest, place: None, bytes, checked: None, unread };
        Ok(self.writer.run(keep).await?.0)
    }

    async fn known_inbound(&self, inbox: InboxId, digest: &str) -> Result<Option<InboundId>> {
        Ok(find(&self.store.reader, inbox, digest).await?.map(|row| row.id))
    }

    /// Removes an email's content from the blob store. Content that stays only takes up space.
    pub(super) async fn forget(&self, place: Uuid) {
        if let Err(error) = self.blobs.remove_mail(place).await {
            tracing::warn!(%error, %place, "could not remove the content of a duplicate inbound email");
        }
    }
}

async fn find(
    db: &impl ConnectionTrait,
    inbox: InboxId,
    digest: &str,
) -> Result<Option<inbound_mail::Model>> {
    let query = inbound_mail::Entity::find()
        .filter(inbound_mail::COLUMN.inbox_id.eq(inbox))
        .filter(inbound_mail::COLUMN.digest.eq(digest));
    Ok(query.one(db).await?)
}

/// The digest that identifies an email.
async fn digest(raw: Bytes) -> Result<String> {
    let digest = tokio::task::spawn_blocking(move || {
        HEXLOWER.encode(&Sha256::digest(mail_reader::fingerprint(&raw)))
    });
    digest.await.map_err(|_| Error::Stopped)
}

struct Keep {
    inbox: InboxId,
    digest: String,
    place: Option<Uuid>,
    bytes: i64,
    checked: Option<String>,
    /// The headers of an email that is not fetched, and why.
    unread: Option<(Bytes, InboundReason)>,
}

impl Command for Keep {
    /// The email's id, and whether it is new.
    type Output = (InboundId, bool);

    fn shard(&self) -> Shard {
        // The same email always goes to the same writer: of two at once, one finds the other.
        Shard::of(self.inbox)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<(InboundId, bool)> {
        if let Some(known) = find(write.tx, self.inbox, &self.digest).await? {
            return Ok((known.id, false));
        }
        let id = write.ambient.uuid();
        let now_ms = write.ambient.now_ms();
        let headers = self.unread.as_ref().and_then(|(raw, _)| mail_reader::read(raw).ok());
        let sender = headers.as_ref().and_then(|mail| mail.sender.as_ref());
        let state =
            if self.unread.is_some() { InboundState::Review } else { InboundState::Waiting };
        let row = inbound_mail::ActiveModel {
            id: Set(InboundId(id)),
            inbox_id: Set(self.inbox),
            digest: Set(self.digest.clone()),
            state: Set(state),
            reason: Set(self.unread.as_ref().map(|(_, reason)| *reason)),
            allowed: Set(None),
            sender: Set(sender.and_then(|sender| super::headers::address(&sender.address))),
            sender_name: Set(sender.and_then(super::headers::name)),
            subject: Set(headers.as_ref().and_then(super::headers::subject)),
            message_id: Set(None),
            conversation_id: Set(None),
            seq: Set(None),
            whole: Set(None),
            left_out: Set(None),
            checked: Set(self.checked.clone()),
            place: Set(self.place),
            bytes: Set(self.bytes),
            attempts: Set(0),
            due_at_ms: Set(now_ms),
            at_ms: Set(now_ms),
            settled_at_ms: Set(None),
        };
        inbound_mail::Entity::insert(row).exec_without_returning(write.tx).await?;
        Ok((InboundId(id), true))
    }
}
