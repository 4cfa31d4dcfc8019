//! What came in, for people: what was kept for review, what was left out, and all that a message left
//! out.

use async_trait::async_trait;
use protocol::{ConversationId, ErrorCode, InboundId, InboundReason, InboundState, InboxId, Seq};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ActiveValue::Set, Condition, IntoActiveModel, QueryOrder, QuerySelect};

use super::{reason_of, state_of};
use crate::Domain;
use crate::agent::Agent;
use crate::conversation::seen;
use crate::error::Result;
use crate::table::{conversation, inbound_mail};
use crate::writer::{Command, Shard, Write};

/// The most mails in a page.
const PAGE: u64 = 30;

/// The most characters that are looked for among mails.
const LOOKED_FOR_CHARS: usize = 100;

/// What an agent decides of a mail: it goes on in the conversation that it answers, or in one of its
/// sender's own.
pub(super) const IN_CONVERSATION: &str = "conversation";
const BY_ITSELF: &str = "sender";

/// A mail that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundMail {
    /// Which.
    pub id: InboundId,
    /// Whose mailbox it came to.
    pub inbox: InboxId,
    /// What became of it.
    pub state: InboundState,
    /// Why it is no message.
    pub reason: Option<InboundReason>,
    /// The address that it says to be from.
    pub sender: Option<String>,
    /// What its sender calls themselves.
    pub sender_name: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text, if it could be read.
    pub text: Option<String>,
    /// The conversation that it answers, or is in.
    pub conversation: Option<ConversationId>,
    /// Whether it can still become a message.
    pub can_be_message: bool,
    /// Whether it is kept as it came.
    pub is_kept: bool,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// When it came, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
}

/// A page of mails that came in, latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboundPage {
    /// The mails.
    pub mails: Vec<InboundMail>,
    /// The mail to go on before; `None` at the end.
    pub next: Option<InboundId>,
}

/// All of a mail that is a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundText {
    /// Its text, with what it quotes and how it is signed: at most
    /// [`protocol::limits::MAIL_TEXT_BYTES`].
    pub whole: String,
    /// The names of the files that were not taken.
    pub left_out: Vec<String>,
    /// Under which id the mail is kept as it came, if it is.
    pub raw: Option<InboundId>,
}

impl Domain {
    /// The mails of a state that an agent may see, before another: a page of 30. With `looked_for`, those
    /// that say so in their subject, their text, or of their sender.
    ///
    /// # Errors
    /// The store's.
    pub async fn list_inbound(
        &self,
        agent: &Agent,
        state: InboundState,
        before: Option<InboundId>,
        looked_for: &str,
    ) -> Result<InboundPage> {
        let mut query = inbound_mail::Entity::find()
            .filter(inbound_mail::Column::State.eq(state.as_str()))
            .filter(agent.sight.condition(inbound_mail::Column::InboxId))
            .order_by_desc(inbound_mail::Column::Id)
            .limit(PAGE + 1);
        if let Some(before) = before {
            query = query.filter(inbound_mail::Column::Id.lt(before.0));
        }
        if let Some(pattern) = pattern(looked_for) {
            query = query.filter(says(&pattern));
        }
        let rows = query.all(&self.store.reader).await?;
        let mut mails = Vec::with_capacity(rows.len());
        for row in rows {
            let mut mail = from_row(row)?;
            // A conversation of another inbox may be none that the agent sees.
            if let Some(id) = mail.conversation {
                let row = conversation::Entity::find_by_id(id.0).one(&self.store.reader).await?;
                let is_seen = row.is_some_and(|row| agent.sight.check(&row).is_ok());
                mail.conversation = mail.conversation.filter(|_| is_seen);
            }
            mails.push(mail);
        }
        let has_more = mails.len() as u64 > PAGE;
        mails.truncate(PAGE as usize);
        let next = mails.last().map(|last| last.id).filter(|_| has_more);
        Ok(InboundPage { mails, next })
    }

    /// How many mails wait for somebody to look at them.
    ///
    /// # Errors
    /// The store's.
    pub async fn count_for_review(&self, agent: &Agent) -> Result<u64> {
        let query = inbound_mail::Entity::find()
            .filter(inbound_mail::Column::State.eq(InboundState::Review.as_str()))
            .filter(agent.sight.condition(inbound_mail::Column::InboxId));
        Ok(query.count(&self.store.reader).await?)
    }

    /// Has a mail become a message after all: in the conversation that it answers, or, if not
    /// `in_conversation`, in one of its sender's own.
    ///
    /// # Errors
    /// `mail_unknown`; `mail_settled` for one that is a message already, or of which nothing is left;
    /// the store's.
    pub async fn allow_inbound(
        &self,
        agent: &Agent,
        id: InboundId,
        in_conversation: bool,
    ) -> Result<()> {
        let row = self.inbound_for(agent, id).await?;
        if in_conversation {
            let answered = row.conversation_id.ok_or(ErrorCode::MailSettled)?;
            seen(&self.store.reader, ConversationId(answered), agent).await?;
        }
        let allowed = if in_conversation { IN_CONVERSATION } else { BY_ITSELF };
        self.writer.run(Decide { id, decision: Decision::Allow(allowed) }).await?;
        self.touch_inbound();
        Ok(())
    }

    /// Puts a mail away: it becomes no message. It can still be allowed for 30 days.
    ///
    /// # Errors
    /// `mail_unknown`; `mail_settled` for one that is a message, or is read this moment; the store's.
    pub async fn discard_inbound(&self, agent: &Agent, id: InboundId) -> Result<()> {
        self.inbound_for(agent, id).await?;
        self.writer.run(Decide { id, decision: Decision::Discard }).await
    }

    /// All of a mail that is a message of a conversation.
    ///
    /// # Errors
    /// `conversation_unknown`; `mail_unknown` if the message came by none; the store's.
    pub async fn inbound_text(
        &self,
        agent: &Agent,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<InboundText> {
        seen(&self.store.reader, conversation, agent).await?;
        let query = inbound_mail::Entity::find()
            .filter(inbound_mail::Column::ConversationId.eq(conversation.0))
            .filter(inbound_mail::Column::Seq.eq(seq as i64))
            .limit(1);
        let row = query.all(&self.store.reader).await?.into_iter().next();
        let row = row.ok_or(ErrorCode::MailUnknown)?;
        let names = row.left_out.unwrap_or_default();
        let left_out = names.lines().map(ToOwned::to_owned).collect();
        let raw = row.place.map(|_| InboundId(row.id));
        Ok(InboundText { whole: row.whole.unwrap_or_default(), left_out, raw })
    }

    pub(super) async fn inbound_for(
        &self,
        agent: &Agent,
        id: InboundId,
    ) -> Result<inbound_mail::Model> {
        let row = inbound_mail::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let seen = row.filter(|row| agent.sight.covers(InboxId(row.inbox_id)));
        seen.ok_or(ErrorCode::MailUnknown.into())
    }
}

fn from_row(row: inbound_mail::Model) -> Result<InboundMail> {
    let state = state_of(&row.state)?;
    Ok(InboundMail {
        id: InboundId(row.id),
        inbox: InboxId(row.inbox_id),
        reason: row.reason.as_deref().map(reason_of).transpose()?,
        can_be_message: is_open(state) && has_content(&row),
        is_kept: row.place.is_some(),
        state,
        sender: row.sender,
        sender_name: row.sender_name,
        subject: row.subject,
        text: row.whole,
        conversation: row.conversation_id.map(ConversationId),
        bytes: row.bytes.unsigned_abs(),
        at_ms: row.at_ms.unsigned_abs(),
    })
}

/// What is looked for, as a pattern of `LIKE`; `None` for nothing.
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

/// Whether something can be made of it. What could not be read may be read by a newer program.
fn has_content(row: &inbound_mail::Model) -> bool {
    let is_unreadable = row.reason.as_deref() == Some(InboundReason::Unreadable.as_str());
    row.place.is_some() && (row.sender.is_some() || is_unreadable)
}

/// Whether somebody may still decide what becomes of it.
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

#[async_trait]
impl Command for Decide {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = inbound_mail::Entity::find_by_id(self.id.0).lock_exclusive();
        let row = query.one(write.tx).await?.ok_or(ErrorCode::MailUnknown)?;
        let now_ms = write.ambient.now_ms() as i64;
        if !is_open(state_of(&row.state)?) {
            return Err(ErrorCode::MailSettled.into());
        }
        let has_content = has_content(&row);
        let is_unreadable = row.reason.as_deref() == Some(InboundReason::Unreadable.as_str());
        let mut decided = row.into_active_model();
        match self.decision {
            Decision::Allow(_) if !has_content => return Err(ErrorCode::MailSettled.into()),
            Decision::Allow(allowed) => {
                decided.state = Set(InboundState::Waiting.as_str().to_owned());
                // What nobody has read yet is judged like any other.
                decided.allowed = Set((!is_unreadable).then(|| allowed.to_owned()));
                decided.attempts = Set(0);
            }
            Decision::Discard => {
                decided.state = Set(InboundState::Discarded.as_str().to_owned());
                decided.settled_at_ms = Set(Some(now_ms));
            }
        }
        decided.due_at_ms = Set(now_ms);
        inbound_mail::Entity::update(decided).exec(write.tx).await?;
        Ok(())
    }
}
