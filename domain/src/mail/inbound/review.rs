//! Inbound email for people: what is held for review, what was ignored, and the full text of what a message
//! left out.

use protocol::{
    ConversationId, ErrorCode, InboundId, InboundReason, InboundState, InboxId, Seq, UnixMillis,
};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ActiveValue::Set, Condition, IntoActiveModel, QueryOrder, QuerySelect};

use crate::Domain;
use crate::agent::Agent;
use crate::command::{Command, Shard, Write};
use crate::conversation::seen;
use crate::error::Result;
use crate::table::{conversation, inbound_mail};

/// The most emails on one page.
const PAGE: u64 = 30;

/// The longest search text, in characters.
const LOOKED_FOR_CHARS: usize = 100;

/// What an agent decides about an email: it continues the conversation that it answers, or begins a new one for
/// its sender.
pub(super) const IN_CONVERSATION: &str = "conversation";
const BY_ITSELF: &str = "sender";

/// An inbound email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundMail {
    /// Its id.
    pub id: InboundId,
    /// The inbox that received it.
    pub inbox: InboxId,
    /// Its state.
    pub state: InboundState,
    /// Why it is not a message.
    pub reason: Option<InboundReason>,
    /// The address that it claims to be from.
    pub sender: Option<String>,
    /// The sender's name.
    pub sender_name: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text, if it could be read.
    pub text: Option<String>,
    /// The conversation that it answers or is part of.
    pub conversation: Option<ConversationId>,
    /// Whether it can still become a message.
    pub can_be_message: bool,
    /// Whether its original is still stored.
    pub is_kept: bool,
    /// Its size, in bytes.
    pub bytes: u64,
    /// When it arrived, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
}

/// A page of inbound emails, latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboundPage {
    /// The emails.
    pub mails: Vec<InboundMail>,
    /// The email that the next page starts before; `None` on the last page.
    pub next: Option<InboundId>,
}

/// The full content of an email that is a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundText {
    /// Its text, with quotes and signature: at most [`protocol::limits::MAIL_TEXT_BYTES`] bytes.
    pub whole: String,
    /// The names of the files that were left out.
    pub left_out: Vec<String>,
    /// The id of the stored original, if there is one.
    pub raw: Option<InboundId>,
}

impl Domain {
    /// A page of up to 30 emails in a state that an agent may see, older than `before`. With `looked_for`, only
    /// those with that text in their subject, text, or sender.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_inbound(
        &self,
        agent: &Agent,
        state: InboundState,
        before: Option<InboundId>,
        looked_for: &str,
    ) -> Result<InboundPage> {
        let mut query = inbound_mail::Entity::find()
            .filter(inbound_mail::COLUMN.state.eq(state))
            .filter(agent.visibility.condition(inbound_mail::COLUMN.inbox_id))
            .order_by_desc(inbound_mail::Column::Id)
            .limit(PAGE + 1);
        if let Some(before) = before {
            query = query.filter(inbound_mail::COLUMN.id.lt(before));
        }
        if let Some(pattern) = pattern(looked_for) {
            query = query.filter(says(&pattern));
        }
        let rows = query.all(&self.store.reader).await?;
        let mut mails = Vec::with_capacity(rows.len());
        for row in rows {
            let mut mail = from_row(row)?;
            // It may be in another inbox, whose conversations the agent may not see.
            if let Some(id) = mail.conversation {
                let row = conversation::Entity::find_by_id(id).one(&self.store.reader).await?;
                let is_seen = row.is_some_and(|row| agent.visibility.check(&row).is_ok());
                mail.conversation = mail.conversation.filter(|_| is_seen);
            }
            mails.push(mail);
        }
        let has_more = mails.len() as u64 > PAGE;
        mails.truncate(PAGE as usize);
        let next = mails.last().map(|last| last.id).filter(|_| has_more);
        Ok(InboundPage { mails, next })
    }

    /// How many emails an agent has to review.
    ///
    /// # Errors
    /// Store errors.
    pub async fn count_for_review(&self, agent: &Agent) -> Result<u64> {
        let query = inbound_mail::Entity::find()
            .filter(inbound_mail::COLUMN.state.eq(InboundState::Review))
            .filter(agent.visibility.condition(inbound_mail::COLUMN.inbox_id));
        Ok(query.count(&self.store.reader).await?)
    }

    /// Lets an email become a message after all: in the conversation that it answers if `in_conversation`, or
    /// else in a new one for its sender.
    ///
    /// # Errors
    /// `mail_unknown`, `conversation_unknown`; `mail_settled` for one that is a message already or whose
    /// content is gone; store errors.
    pub async fn allow_inbound(
        &self,
        agent: &Agent,
        id: InboundId,
        in_conversation: bool,
    ) -> Result<()> {
        let row = self.inbound_for(agent, id).await?;
        if in_conversation {
            let answered = row.conversation_id.ok_or(ErrorCode::MailSettled)?;
            seen(&self.store.reader, answered, agent).await?;
        }
        let allowed = if in_conversation { IN_CONVERSATION } else { BY_ITSELF };
        self.writer.run(Decide { id, decision: Decision::Allow(allowed) }).await?;
        self.touch_inbound();
        Ok(())
    }

    /// Dismisses an email, so that it becomes no message. It can still be allowed until a sweep deletes it.
    ///
    /// # Errors
    /// `mail_unknown`; `mail_settled` for one that is a message or is being read; store errors.
    pub async fn discard_inbound(&self, agent: &Agent, id: InboundId) -> Result<()> {
        self.inbound_for(agent, id).await?;
        self.writer.run(Decide { id, decision: Decision::Discard }).await
    }

    /// The full content of an email that is a message of a conversation.
    ///
    /// # Errors
    /// `conversation_unknown`; `mail_unknown` if the message did not come by email; store errors.
    pub async fn inbound_text(
        &self,
        agent: &Agent,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<InboundText> {
        seen(&self.store.reader, conversation, agent).await?;
        let query = inbound_mail::Entity::find()
            .filter(inbound_mail::COLUMN.conversation_id.eq(conversation))
            .filter(inbound_mail::COLUMN.seq.eq(seq))
            .limit(1);
        let row = query.all(&self.store.reader).await?.into_iter().next();
        let row = row.ok_or(ErrorCode::MailUnknown)?;
        let names = row.left_out.unwrap_or_default();
        let left_out = names.lines().map(ToOwned::to_owned).collect();
        let raw = row.place.map(|_| row.id);
        Ok(InboundText { whole: row.whole.unwrap_or_default(), left_out, raw })
    }

    pub(super) async fn inbound_for(
        &self,
        agent: &Agent,
        id: InboundId,
    ) -> Result<inbound_mail::Model> {
        let row = inbound_mail::Entity::find_by_id(id).one(&self.store.reader).await?;
        let seen = row.filter(|row| agent.visibility.covers(row.inbox_id));
        seen.ok_or(ErrorCode::MailUnknown.into())
    }
}

fn from_row(row: inbound_mail::Model) -> Result<InboundMail> {
    let state = row.state;
    Ok(InboundMail {
        id: row.id,
        inbox: row.inbox_id,
        reason: row.reason,
        can_be_message: is_open(state) && has_content(&row),
        is_kept: row.place.is_some(),
        state,
        sender: row.sender,
        sender_name: row.sender_name,
        subject: row.subject,
        text: row.whole,
        conversation: row.conversation_id,
        bytes: row.bytes.unsigned_abs(),
        at_ms: row.at_ms,
    })
}

/// The search text as a `LIKE` pattern; `None` if it is empty.
fn pattern(looked_for: &str) -> Option<String> {
    let words: String = looked_for.trim().to_lowercase().chars().take(LOOKED_FOR_CHARS).collect();
    let escaped = words.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    (!words.is_empty()).then(|| format!("%{escaped}%"))
}

fn says(pattern: &str) -> Condition {
    use inbound_mail::Column as C;

    let columns = [C::Subject, C::Sender, C::SenderName, C::Whole];
    columns.into_iter().fold(Condition::any(), |any, column| {
        let pattern = LikeExpr::new(pattern).escape('!');
        any.add(Expr::expr(Func::lower(Expr::col(column))).like(pattern))
    })
}

/// Whether it can become a message. A newer version of the program may be able to read an unreadable email.
fn has_content(row: &inbound_mail::Model) -> bool {
    let is_unreadable = row.reason == Some(InboundReason::Unreadable);
    row.place.is_some() && (row.sender.is_some() || is_unreadable)
}

/// Whether someone may still decide what becomes of it.
const fn is_open(state: InboundState) -> bool {
    matches!(state, InboundState::Review | InboundState::Ignored | InboundState::Discarded)
}

#[derive(Clone, Copy)]
enum Decision {
    Allow(&'static str),
    Discard,
}

struct Decide {
    id: InboundId,
    decision: Decision,
}

impl Command for Decide {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = inbound_mail::Entity::find_by_id(self.id).lock_exclusive();
        let row = query.one(write.tx).await?.ok_or(ErrorCode::MailUnknown)?;
        let now_ms = write.ambient.now_ms();
        if !is_open(row.state) {
            return Err(ErrorCode::MailSettled.into());
        }
        let has_content = has_content(&row);
        let is_unreadable = row.reason == Some(InboundReason::Unreadable);
        let mut decided = row.into_active_model();
        match self.decision {
            Decision::Allow(_) if !has_content => return Err(ErrorCode::MailSettled.into()),
            Decision::Allow(allowed) => {
                decided.state = Set(InboundState::Waiting);
                // An unreadable email has not been classified yet, so it is classified like any other.
                decided.allowed = Set((!is_unreadable).then(|| allowed.to_owned()));
                decided.attempts = Set(0);
            }
            Decision::Discard => {
                decided.state = Set(InboundState::Discarded);
                decided.settled_at_ms = Set(Some(now_ms));
            }
        }
        decided.due_at_ms = Set(now_ms);
        inbound_mail::Entity::update(decided).exec(write.tx).await?;
        Ok(())
    }
}
