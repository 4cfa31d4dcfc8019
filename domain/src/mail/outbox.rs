//! The outbox as owners see it: what is waiting, what failed and what was sent.

use std::collections::HashMap;

use protocol::{ConversationId, ErrorCode, InboxId, MailId, MailKind, MailState, UnixMillis};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder, QuerySelect};

use tokio::sync::watch;

use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::table::mail;

/// The most emails on one page of the outbox.
const PAGE: u64 = 50;

/// How long a dropped email that was never attempted is retained, in milliseconds: a week.
const DROPPED_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// An email in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    /// Its id.
    pub id: MailId,
    /// What it is about.
    pub kind: MailKind,
    /// The inbox, if it is about a conversation.
    pub inbox: Option<InboxId>,
    /// The conversation, if it is about one.
    pub conversation: Option<ConversationId>,
    /// The recipient's address, which is decided at the first attempt.
    pub address: Option<String>,
    /// Its state.
    pub state: MailState,
    /// Why it failed or was dropped, or the last problem.
    pub reason: Option<String>,
    /// How many attempts were made.
    pub attempts: u32,
    /// When the next attempt is due, in milliseconds since 1970 (UTC).
    pub due_at_ms: UnixMillis,
    /// When it was finished, in milliseconds since 1970 (UTC).
    pub settled_at_ms: Option<UnixMillis>,
    /// When it was queued, in milliseconds since 1970 (UTC).
    pub created_at_ms: UnixMillis,
}

/// A page of the outbox, latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxPage {
    /// The emails.
    pub mails: Vec<MailRow>,
    /// The email that the next page starts before; `None` on the last page.
    pub next: Option<MailId>,
    /// What keeps email from going out: see [`Domain::mail_trouble`].
    pub trouble: Option<String>,
}

impl Domain {
    /// A page of up to 50 emails in a state, or in any, older than `before`. For owners.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_mails(
        &self,
        state: Option<MailState>,
        before: Option<MailId>,
    ) -> Result<OutboxPage> {
        let mut query = mail::Entity::find().order_by_desc(mail::Column::Id).limit(PAGE + 1);
        if let Some(state) = state {
            query = query.filter(mail::COLUMN.state.eq(state));
        }
        if let Some(before) = before {
            query = query.filter(mail::COLUMN.id.lt(before));
        }
        let rows = query.all(&self.store.reader).await?;
        let mut mails = rows.into_iter().map(from_row).collect::<Result<Vec<_>>>()?;
        let has_more = mails.len() as u64 > PAGE;
        mails.truncate(PAGE as usize);
        let next = mails.last().map(|last| last.id).filter(|_| has_more);
        Ok(OutboxPage { mails, next, trouble: self.mail_trouble().await? })
    }

    /// The number of emails in each state.
    ///
    /// # Errors
    /// Store errors.
    pub async fn count_mails(&self) -> Result<HashMap<MailState, u64>> {
        let counts: Vec<(MailState, i64)> = mail::Entity::find()
            .select_only()
            .column(mail::Column::State)
            .column_as(mail::COLUMN.id.count(), "count")
            .group_by(mail::Column::State)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        Ok(counts.into_iter().map(|(state, count)| (state, count.unsigned_abs())).collect())
    }

    /// What keeps email from going out: the last error of the email that was delayed most recently, unless an
    /// email has been sent since.
    ///
    /// # Errors
    /// Store errors.
    pub async fn mail_trouble(&self) -> Result<Option<String>> {
        let db = &self.store.reader;
        let tried = mail::Entity::find()
            .filter(mail::COLUMN.state.eq(MailState::Waiting))
            .filter(mail::COLUMN.late_at_ms.is_not_null())
            .filter(mail::COLUMN.reason.is_not_null())
            .order_by_desc(mail::Column::LateAtMs)
            .limit(1);
        let Some(last) = tried.all(db).await?.pop() else { return Ok(None) };
        let Some(late_at_ms) = last.late_at_ms else { return Ok(None) };
        let since = mail::Entity::find()
            .filter(mail::COLUMN.state.eq(MailState::Sent))
            .filter(mail::COLUMN.settled_at_ms.gt(late_at_ms))
            // Lets the query use the index: an email that was finished since then was due after it.
            .filter(mail::COLUMN.due_at_ms.gt(late_at_ms))
            .limit(1);
        Ok(if since.all(db).await?.is_empty() { last.reason } else { None })
    }

    /// Tries a failed or waiting email now. Whether it is still wanted is checked as usual. For owners.
    ///
    /// # Errors
    /// `mail_unknown`; `mail_settled` for one that was sent or dropped; store errors.
    pub async fn retry_mail(&self, id: MailId) -> Result<()> {
        self.writer.run(TryNow(id)).await?;
        self.touch_outbox();
        Ok(())
    }
}

impl Domain {
    /// Changes whenever this process attempted an email, or is to attempt one at once.
    #[must_use]
    pub fn outbox_moved(&self) -> watch::Receiver<u64> {
        self.outbox.subscribe()
    }

    /// Changes whenever an inbound email reaches this process.
    #[must_use]
    pub fn inbound_moved(&self) -> watch::Receiver<u64> {
        self.inbound.subscribe()
    }

    pub(super) fn touch_inbound(&self) {
        self.inbound.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(super) fn touch_outbox(&self) {
        self.outbox.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Domain {
    /// Deletes emails that were dropped long ago and never attempted.
    ///
    /// # Errors
    /// Store errors.
    pub async fn sweep_mails(&self) -> Result<()> {
        let before = self.ambient.now_ms() - DROPPED_KEPT_MS;
        mail::Entity::delete_many()
            .filter(mail::COLUMN.state.eq(MailState::Dropped))
            .filter(mail::COLUMN.due_at_ms.lt(before))
            .filter(mail::COLUMN.message_id.is_null())
            .exec(&self.store.reader)
            .await?;
        Ok(())
    }
}

struct TryNow(MailId);

impl Command for TryNow {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = mail::Entity::find_by_id(self.0).lock_exclusive();
        let row = query.one(write.tx).await?.ok_or(ErrorCode::MailUnknown)?;
        let now_ms = write.ambient.now_ms();
        let state = row.state;
        let is_anew = state == MailState::Failed;
        match state {
            // It may be being sent right now. Then leave it: its next attempt is scheduled when this one ends.
            MailState::Waiting => {
                let is_resting = row.attempts == 0 || row.reason.is_some();
                if !is_resting {
                    return Ok(());
                }
            }
            MailState::Failed => {}
            MailState::Sent | MailState::Dropped => return Err(ErrorCode::MailSettled.into()),
        }
        let mut again = row.into_active_model();
        again.state = Set(MailState::Waiting);
        again.due_at_ms = Set(now_ms);
        again.settled_at_ms = Set(None);
        if is_anew {
            // It gets three more days, and the hourly limits apply again.
            again.begun_at_ms = Set(None);
            again.late_at_ms = Set(None);
        }
        mail::Entity::update(again).exec(write.tx).await?;
        Ok(())
    }
}

fn from_row(row: mail::Model) -> Result<MailRow> {
    Ok(MailRow {
        id: row.id,
        kind: row.kind,
        inbox: row.inbox_id,
        conversation: row.conversation_id,
        address: row.address,
        state: row.state,
        reason: row.reason,
        attempts: row.attempts.unsigned_abs(),
        due_at_ms: row.due_at_ms,
        settled_at_ms: row.settled_at_ms,
        created_at_ms: row.created_at_ms,
    })
}
