//! Emails that are not sent after all.

use protocol::{
    Author, ConversationId, DropReason, ErrorCode, Event, MailId, MailKind, MailState, Seq,
};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect};

use super::messages;
use super::outcome::DeliveryEvent;
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::conversation::happened;
use crate::error::{Error, Result};
use crate::table::{conversation, mail};

/// How long a due email waits for a process that sends email, in milliseconds: an hour.
const OFF_WAIT_MS: u64 = 60 * 60 * 1_000;

impl Domain {
    /// Drops emails that have been due for an hour and were never attempted, because this process sends no
    /// email. A short run without the mail settings therefore loses nothing.
    ///
    /// # Errors
    /// Store errors.
    pub async fn drop_due_mails(&self) -> Result<()> {
        let before_ms = self.ambient.now_ms() - OFF_WAIT_MS;
        let due: Vec<MailId> = mail::Entity::find()
            .filter(mail::COLUMN.state.eq(MailState::Waiting))
            .filter(mail::COLUMN.due_at_ms.lte(before_ms))
            .filter(mail::COLUMN.message_id.is_null())
            .limit(100)
            .select_only()
            .column(mail::Column::Id)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        for id in due {
            self.run_drop(id, DropReason::Off).await?;
        }
        Ok(())
    }

    /// Drops a failed or waiting email. For owners.
    ///
    /// # Errors
    /// `mail_unknown`; `mail_settled` for one that was sent or dropped; store errors.
    pub async fn drop_mail(&self, id: MailId) -> Result<()> {
        self.run_drop(id, DropReason::ByHand).await
    }

    async fn run_drop(&self, id: MailId, reason: DropReason) -> Result<()> {
        let row = mail::Entity::find_by_id(id).one(&self.store.reader).await?;
        let row = row.ok_or(ErrorCode::MailUnknown)?;
        self.writer.run(Drop { id, conversation: row.conversation_id, reason }).await
    }
}

/// Drops an email, unless it is finished.
struct Drop {
    id: MailId,
    conversation: Option<ConversationId>,
    reason: DropReason,
}

impl Command for Drop {
    type Output = ();

    fn shard(&self) -> Shard {
        self.conversation.map_or(Shard::ANY, Shard::of)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        // Lock the conversation first: all transactions lock in this order.
        let conversation = match self.conversation {
            Some(id) => conversation::Entity::find_by_id(id).lock_exclusive().one(write.tx).await?,
            None => None,
        };
        let query = mail::Entity::find_by_id(self.id).lock_exclusive();
        let row = query.one(write.tx).await?.ok_or(ErrorCode::MailUnknown)?;
        if matches!(row.state, MailState::Sent | MailState::Dropped) {
            return Err(ErrorCode::MailSettled.into());
        }
        let is_news = self.reason == DropReason::ByHand && row.agent_id.is_none();
        let messages = match &conversation {
            Some(conversation) if is_news => {
                messages::range(write, &row, row.kind, conversation).await?
            }
            _ => None,
        };
        match messages {
            Some(messages) => withhold(write, row, self.reason, messages).await,
            None => drop_row(write, row, self.reason).await,
        }
    }
}

/// Drops an email that nobody needs any more. The conversation records it if a delay was reported before, or if
/// an agent is waiting for the email.
pub(super) async fn drop_row(
    write: &mut Write<'_>,
    row: mail::Model,
    reason: DropReason,
) -> Result<()> {
    let is_awaited = row.late_at_ms.is_some() || row.kind == MailKind::Transcript;
    let event = if is_awaited { DeliveryEvent::of(&row)? } else { None };
    delete_or_drop(write, row, reason).await?;
    let Some(DeliveryEvent { conversation, mail, from, through }) = event else { return Ok(()) };
    let event = Event::MailDropped { mail, from, through, reason };
    happened(write, conversation, &Author::System {}, event).await
}

/// Deletes or drops an email without recording it in the conversation.
pub(super) async fn delete_or_drop(
    write: &Write<'_>,
    row: mail::Model,
    reason: DropReason,
) -> Result<()> {
    // Nobody needs to know about a notice to an agent who saw the conversation anyway.
    let is_notice = row.agent_id.is_some() && row.conversation_id.is_some();
    let is_idle = matches!(reason, DropReason::NoAddress | DropReason::Off);
    if (is_notice || is_idle) && row.attempts == 0 {
        mail::Entity::delete_by_id(row.id).exec(write.tx).await?;
        return Ok(());
    }
    let mut dropped = row.into_active_model();
    dropped.state = Set(MailState::Dropped);
    dropped.reason = Set(Some(reason.as_str().to_owned()));
    dropped.settled_at_ms = Set(Some(write.ambient.now_ms()));
    mail::Entity::update(dropped).exec(write.tx).await?;
    Ok(())
}

/// Drops an email whose messages are unread, and records that in its conversation.
pub(super) async fn withhold(
    write: &mut Write<'_>,
    row: mail::Model,
    reason: DropReason,
    (from, through): (Seq, Seq),
) -> Result<()> {
    let kind = row.kind;
    let conversation = row.conversation_id.ok_or(Error::Corrupt("a mail's conversation"))?;
    // Emails to agents and confirmations of receipt are not reported.
    let is_news = row.agent_id.is_none() && kind != MailKind::Received;
    delete_or_drop(write, row, reason).await?;
    if !is_news {
        return Ok(());
    }
    let event = Event::MailDropped { mail: kind, from, through, reason };
    happened(write, conversation, &Author::System {}, event).await
}
