//! Records the outcome of sending an email.

use protocol::limits::MAIL_TRIED_MS;
use protocol::{Author, ConversationId, Event, MailId, MailKind, MailState, Seq, Waits};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect};

use super::OF_AGENTS;
use super::decide::is_to_visitor;
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::conversation::happened;
use crate::error::Result;
use crate::table::mail;

/// The longest reason that is stored, in characters.
const REASON_CHARS: usize = 300;

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server accepted the email.
    Sent,
    /// It may be accepted later.
    Later {
        /// What went wrong.
        reason: String,
    },
    /// It will never be accepted as it is.
    Refused {
        /// What the mail server said.
        reason: String,
        /// Whether no email will ever reach the address.
        is_address_bad: bool,
    },
}

impl Domain {
    /// Records the outcome of an attempt. Does nothing if the email was finished meanwhile, or was claimed by
    /// another process after the lease ran out. That it was sent is always recorded.
    ///
    /// # Errors
    /// Store errors.
    pub async fn record_outcome(
        &self,
        id: MailId,
        attempt: u32,
        outcome: Outcome,
        waits: Waits,
    ) -> Result<()> {
        let row = mail::Entity::find_by_id(id).one(&self.store.reader).await?;
        let Some(row) = row else { return Ok(()) };
        let conversation = row.conversation_id;
        self.writer.run(RecordOutcome { id, conversation, attempt, outcome, waits }).await?;
        self.touch_outbox();
        Ok(())
    }
}

struct RecordOutcome {
    id: MailId,
    conversation: Option<ConversationId>,
    attempt: u32,
    outcome: Outcome,
    waits: Waits,
}

impl Command for RecordOutcome {
    type Output = ();

    fn shard(&self) -> Shard {
        self.conversation.map_or(Shard::ANY, Shard::of)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let row = lock(write, self.id, self.conversation).await?;
        // A sent email is recorded as sent, even if it was dropped meanwhile.
        let is_open = |row: &mail::Model| match self.outcome {
            Outcome::Sent => row.state != MailState::Sent,
            _ => row.state == MailState::Waiting,
        };
        let Some(row) = row.filter(is_open) else { return Ok(()) };
        let is_ours = row.attempts.unsigned_abs() == self.attempt;
        let now_ms = write.ambient.now_ms();
        let begun_at_ms = row.begun_at_ms.unwrap_or(row.created_at_ms);
        let is_over = now_ms.since(begun_at_ms) > MAIL_TRIED_MS;
        match &self.outcome {
            Outcome::Sent => end(write, row, MailState::Sent, None).await,
            _ if !is_ours => Ok(()),
            Outcome::Later { reason } if is_over => {
                end(write, row, MailState::Failed, Some(reason)).await
            }
            Outcome::Later { reason } => self.put_off(write, row, reason).await,
            Outcome::Refused { reason, is_address_bad } => {
                fail(write, row, reason, *is_address_bad).await
            }
        }
    }
}

impl RecordOutcome {
    /// Schedules another attempt. A delay is reported only once.
    async fn put_off(&self, write: &mut Write<'_>, row: mail::Model, reason: &str) -> Result<()> {
        let random = u32::from_be_bytes(write.ambient.bytes());
        let wait_ms = u64::from(self.waits.after(self.attempt, random));
        let event = if row.late_at_ms.is_none() { DeliveryEvent::of(&row)? } else { None };
        let (now_ms, late_at_ms) = (write.ambient.now_ms(), row.late_at_ms);
        let mut later = row.into_active_model();
        later.due_at_ms = Set(now_ms + wait_ms);
        later.late_at_ms = Set(late_at_ms.or(Some(now_ms)));
        later.reason = Set(Some(short(reason)));
        mail::Entity::update(later).exec(write.tx).await?;
        let Some(DeliveryEvent { conversation, mail, from, through }) = event else {
            return Ok(());
        };
        let event = Event::MailDelayed { mail, from, through, reason: short(reason) };
        happened(write, conversation, &Author::System {}, event).await
    }
}

/// Locks an email's row for this transaction. Its conversation is locked first: all transactions lock in this
/// order.
pub(super) async fn lock(
    write: &Write<'_>,
    id: MailId,
    conversation: Option<ConversationId>,
) -> Result<Option<mail::Model>> {
    if let Some(conversation) = conversation {
        crate::conversation::lock(write, conversation).await?;
    }
    Ok(mail::Entity::find_by_id(id).lock_exclusive().one(write.tx).await?)
}

/// The conversation in which an email's outcome is reported, and the messages that it concerns.
pub(super) struct DeliveryEvent {
    pub(super) conversation: ConversationId,
    pub(super) mail: MailKind,
    pub(super) from: Seq,
    pub(super) through: Seq,
}

impl DeliveryEvent {
    /// `None` for emails to agents, which are not reported in the conversation.
    pub(super) fn of(row: &mail::Model) -> Result<Option<Self>> {
        let Some(conversation) = row.conversation_id.filter(|_| row.agent_id.is_none()) else {
            return Ok(None);
        };
        Ok(Some(Self {
            conversation,
            mail: row.kind,
            from: row.from_seq.unwrap_or_default(),
            through: row.through_seq.unwrap_or_default(),
        }))
    }
}

/// Ends an email that will never arrive. If the address is bad, a visitor gets no more email there, and an
/// agent only gets links to set a password, which someone has to request.
pub(super) async fn fail(
    write: &mut Write<'_>,
    row: mail::Model,
    reason: &str,
    is_address_bad: bool,
) -> Result<()> {
    let kind = row.kind;
    let of = match row.inbox_id {
        _ if row.agent_id.is_some() => Some(OF_AGENTS),
        inbox => inbox.filter(|_| is_to_visitor(kind)),
    };
    if let (true, Some(of), Some(address)) = (is_address_bad, of, &row.address) {
        super::recipient::bounced(write, of, address, reason).await?;
    }
    end(write, row, MailState::Failed, Some(reason)).await
}

/// Ends an email, and records its outcome in its conversation.
async fn end(
    write: &mut Write<'_>,
    row: mail::Model,
    state: MailState,
    reason: Option<&str>,
) -> Result<()> {
    let event = DeliveryEvent::of(&row)?;
    let mut ended = row.into_active_model();
    ended.state = Set(state);
    ended.reason = Set(reason.map(short));
    ended.settled_at_ms = Set(Some(write.ambient.now_ms()));
    mail::Entity::update(ended).exec(write.tx).await?;
    let Some(DeliveryEvent { conversation, mail, from, through }) = event else { return Ok(()) };
    let event = match reason {
        None => Event::Mailed { mail, from, through },
        Some(reason) => Event::MailFailed { mail, from, through, reason: short(reason) },
    };
    happened(write, conversation, &Author::System {}, event).await
}

/// The reason on one line and no longer than useful: it comes from someone else's server.
pub(super) fn short(reason: &str) -> String {
    let plain = reason.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(REASON_CHARS).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        assert_eq!(short("no\r\nBcc: x"), "no  Bcc: x");
        assert_eq!(short(&"x".repeat(1_000)).len(), REASON_CHARS);
    }
}
