//! Reads stored inbound email until its outcome is recorded.

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use mail_reader::{Mail, MailClass};
use protocol::{ConversationId, InboundId, InboundReason, InboundState};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder, QuerySelect};

use super::classify::Verdict;
use super::headers::MailHeaders;
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::{Error, Result};
use crate::table::inbound_mail;

/// How long an email is reserved for the process that reads it, and how long to wait after an error, in
/// milliseconds.
const LEASE_MS: u64 = 60_000;

/// How many times reading an email is attempted. One that crashes the program each time is left to people.
const ATTEMPTS: i32 = 5;

/// How many bytes of an unreadable email are searched for the end of its headers.
const HEADER_BYTES: usize = 64 * 1024;

impl Domain {
    /// The inbound emails to read, the longest-waiting first: at most `limit`.
    ///
    /// # Errors
    /// Store errors.
    pub async fn due_inbound(&self, limit: u64) -> Result<Vec<InboundId>> {
        let ids: Vec<InboundId> = inbound_mail::Entity::find()
            .filter(inbound_mail::COLUMN.state.eq(InboundState::Waiting))
            .filter(inbound_mail::COLUMN.due_at_ms.lte(self.ambient.now_ms()))
            .order_by_asc(inbound_mail::Column::DueAtMs)
            .limit(limit)
            .select_only()
            .column(inbound_mail::Column::Id)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        Ok(ids)
    }

    /// Reads an email and records its outcome: it becomes a message, is held for review, or is ignored. An
    /// email that is finished, or that another process is reading, is left alone.
    ///
    /// # Errors
    /// Store errors. The email is then read again in a minute.
    pub async fn process_inbound(&self, id: InboundId) -> Result<()> {
        let Some(row) = self.writer.run(Claim(id)).await? else { return Ok(()) };
        let read = self.read_opened(id, row).await;
        if read.is_err() {
            // The error is not the email's fault, so this attempt does not count, however often it happens.
            self.writer.run(GiveBack(id)).await?;
        }
        read
    }

    async fn read_opened(&self, id: InboundId, row: inbound_mail::Model) -> Result<()> {
        let Some(place) = row.place else { return Err(Error::Corrupt("an inbound mail's place")) };
        let raw = self.fetch(place).await?;
        let whole = raw.clone();
        let read = tokio::task::spawn_blocking(move || mail_reader::read(&whole)).await;
        let unreadable = InboundReason::Unreadable;
        let mut mail = match read {
            Ok(Ok(mail)) => mail,
            Ok(Err(bad)) => {
                tracing::warn!(mail = %id, reason = bad.as_str(), "could not read an inbound email");
                return self.settle_unread(&row, &raw, unreadable).await;
            }
            Err(panicked) => {
                tracing::error!(mail = %id, %panicked, "reading an inbound email panicked");
                return self.settle_unread(&row, &raw, unreadable).await;
            }
        };
        mail.said = without_tokens(&mail.said);
        mail.whole = without_tokens(&mail.whole);
        let verdict = self.classify(&row, &mail).await?;
        match verdict {
            Verdict::Deliver(author) => self.deliver(&row, mail, author).await,
            Verdict::Review(reason, conversation) => {
                self.record_inbound(&row, Some(&mail), InboundState::Review, reason, conversation)
                    .await
            }
            Verdict::Ignore(reason, conversation) => {
                if let MailClass::Bounce(bounce) = &mail.class {
                    self.came_back(bounce).await?;
                }
                self.record_inbound(&row, Some(&mail), InboundState::Ignored, reason, conversation)
                    .await
            }
        }
    }

    async fn fetch(&self, place: Uuid) -> Result<Bytes> {
        let (bytes, content) = self.blobs.get_mail(place).await?;
        let all = BytesMut::with_capacity(usize::try_from(bytes).unwrap_or_default());
        let all = content.try_fold(all, async |mut all, piece| {
            all.extend_from_slice(&piece);
            Ok(all)
        });
        Ok(all.await?.freeze())
    }

    /// Records what the headers of an unreadable email say.
    async fn settle_unread(
        &self,
        row: &inbound_mail::Model,
        raw: &Bytes,
        reason: InboundReason,
    ) -> Result<()> {
        let end = raw.windows(4).take(HEADER_BYTES).position(|part| part == b"\r\n\r\n");
        let headers = raw.slice(..end.unwrap_or(0));
        let read = tokio::task::spawn_blocking(move || mail_reader::read(&headers)).await;
        let headers = read.ok().and_then(std::result::Result::ok);
        self.record_inbound(row, headers.as_ref(), InboundState::Review, reason, None).await
    }

    pub(super) async fn record_inbound(
        &self,
        row: &inbound_mail::Model,
        mail: Option<&Mail>,
        state: InboundState,
        reason: InboundReason,
        conversation: Option<ConversationId>,
    ) -> Result<()> {
        let id = row.id;
        tracing::info!(mail = %id, state = state.as_str(), reason = reason.as_str(), "processed an inbound email");
        let headers = mail.map(MailHeaders::of).unwrap_or_default();
        self.writer.run(RecordInbound { id, headers, state, reason, conversation }).await
    }
}

/// Begins to read an email, so that nobody else does.
struct Claim(InboundId);

impl Command for Claim {
    type Output = Option<inbound_mail::Model>;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Option<inbound_mail::Model>> {
        let query = inbound_mail::Entity::find_by_id(self.0).lock_exclusive();
        let now_ms = write.ambient.now_ms();
        let is_due = |row: &inbound_mail::Model| {
            row.state == InboundState::Waiting && row.due_at_ms <= now_ms
        };
        let Some(row) = query.one(write.tx).await?.filter(is_due) else { return Ok(None) };
        let attempts = row.attempts + 1;
        let mut claimed = row.clone().into_active_model();
        claimed.attempts = Set(attempts);
        claimed.due_at_ms = Set(now_ms + LEASE_MS);
        let is_left = attempts > ATTEMPTS;
        if is_left {
            claimed.state = Set(InboundState::Review);
            claimed.reason = Set(Some(InboundReason::Unreadable));
        }
        inbound_mail::Entity::update(claimed).exec(write.tx).await?;
        Ok((!is_left).then_some(row))
    }
}

/// Takes back an attempt to read an email.
struct GiveBack(InboundId);

impl Command for GiveBack {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = inbound_mail::Entity::find_by_id(self.0).lock_exclusive();
        let Some(row) = query.one(write.tx).await?.filter(|row| row.attempts > 0) else {
            return Ok(());
        };
        let attempts = row.attempts - 1;
        let mut given_back = row.into_active_model();
        given_back.attempts = Set(attempts);
        inbound_mail::Entity::update(given_back).exec(write.tx).await?;
        Ok(())
    }
}

/// A text without the tokens that let anyone who has them act as someone else: emails quote the links of those
/// that they answer.
pub(super) fn without_tokens(text: &str) -> String {
    const BEFORE: [&str; 2] = ["#login=", "/mail/preferences/"];
    let is_end = |c: char| c.is_whitespace() || "<>\"')]".contains(c);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let found = BEFORE.iter().filter_map(|word| Some(rest.find(word)? + word.len())).min();
        let Some(at) = found else { break };
        let (before, after) = rest.split_at(at);
        let end = after.find(is_end).unwrap_or(after.len());
        plain.push_str(before);
        plain.push_str(if end == 0 { "" } else { "…" });
        rest = &after[end..];
    }
    plain.push_str(rest);
    plain
}

struct RecordInbound {
    id: InboundId,
    headers: MailHeaders,
    state: InboundState,
    reason: InboundReason,
    conversation: Option<ConversationId>,
}

impl Command for RecordInbound {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = inbound_mail::Entity::find_by_id(self.id).lock_exclusive();
        let Some(row) = query.one(write.tx).await? else { return Ok(()) };
        if row.state != InboundState::Waiting {
            return Ok(());
        }
        let mut finished = row.into_active_model();
        self.headers.clone().note(&mut finished);
        finished.state = Set(self.state);
        finished.reason = Set(Some(self.reason));
        finished.allowed = Set(None);
        finished.conversation_id = Set(self.conversation);
        finished.settled_at_ms = Set(Some(write.ambient.now_ms()));
        inbound_mail::Entity::update(finished).exec(write.tx).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::without_tokens;

    #[test]
    fn what_logs_somebody_in_is_not_kept() {
        let check = |text: &str, expect: &str| assert_eq!(without_tokens(text), expect);
        check("nothing of it", "nothing of it");
        check(
            "> https://chat.example/chat?inbox=k#login=a.1.ff\n> <https://chat.example/mail/preferences/b.00>",
            "> https://chat.example/chat?inbox=k#login=…\n> <https://chat.example/mail/preferences/…>",
        );
        check("#login=a #login=b", "#login=… #login=…");
        check("#login= /mail/preferences/", "#login= /mail/preferences/");
        check("#login=ü", "#login=…");
    }
}
