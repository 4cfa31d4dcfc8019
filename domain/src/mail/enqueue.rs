//! Queues emails, in the transaction of the event that causes them.

use protocol::limits::NOBODY_WAIT_MS;
use protocol::{
    AgentId, ConversationId, DropReason, InboxId, MailKind, MailState, Seq, UnixMillis,
};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QuerySelect};

use super::notify::{enqueue_assigned, enqueue_mentioned, enqueue_waiting};
use super::row::row;
use crate::availability::is_anybody_available;
use crate::conversation::lifecycle::is_spam;
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::{conversation, mail};
use crate::writer::Write;

/// Something that happened in a conversation, and that emails may follow from.
pub(crate) enum Cause<'a> {
    /// The visitor wrote.
    VisitorWrote {
        /// Whether the message came by email.
        by_mail: bool,
        /// Whether it is the first that waits for a reply.
        is_first: bool,
    },
    /// The visitor left an address after they wrote.
    AddressLeft,
    /// An agent replied.
    AgentReplied,
    /// An agent wrote a note.
    NoteWritten { author: AgentId, text: &'a str, seq: Seq },
    /// It was assigned to an agent, by someone else.
    Assigned(AgentId),
}

/// Queues the emails that follow from what happened in a conversation. The only way for a conversation to cause any.
pub(crate) async fn enqueue(
    write: &Write<'_>,
    inbox: &Inbox,
    conversation: &conversation::Model,
    cause: Cause<'_>,
) -> Result<()> {
    if is_spam(conversation) {
        return Ok(());
    }
    let id = conversation.id;
    match cause {
        Cause::VisitorWrote { by_mail, is_first } => {
            missed(write, inbox, id, by_mail).await?;
            enqueue_waiting(write, inbox, conversation, is_first).await
        }
        Cause::AddressLeft => received(write, inbox, id).await,
        Cause::AgentReplied => unread_reply(write, inbox, id).await,
        Cause::NoteWritten { author, text, seq } => {
            enqueue_mentioned(write, inbox, id, author, (text, seq)).await
        }
        Cause::Assigned(agent) => enqueue_assigned(write, inbox, id, agent).await,
    }
}

/// A visitor wrote. If nobody is available to see it, the team gets an email, and the visitor gets one
/// confirmation per conversation.
async fn missed(
    write: &Write<'_>,
    inbox: &Inbox,
    conversation: ConversationId,
    by_mail: bool,
) -> Result<()> {
    let now_ms = write.ambient.now_ms();
    if is_anybody_available(write.hub, inbox, now_ms) {
        return Ok(());
    }
    let new = NewDelivery { inbox: inbox.id, conversation, due_at_ms: now_ms + NOBODY_WAIT_MS };
    if inbox.mail.team_address.is_some() && !new.waits(write, MailKind::NobodyAvailable).await? {
        new.insert(write, MailKind::NobodyAvailable).await?;
    }
    // Someone who sent an email knows that it went out, and anyone can write with anyone's address.
    if by_mail { Ok(()) } else { new.received(write, inbox).await }
}

/// A visitor left an address after they wrote. If nobody is available, they get a confirmation.
async fn received(write: &Write<'_>, inbox: &Inbox, conversation: ConversationId) -> Result<()> {
    let now_ms = write.ambient.now_ms();
    if is_anybody_available(write.hub, inbox, now_ms) {
        return Ok(());
    }
    NewDelivery { inbox: inbox.id, conversation, due_at_ms: now_ms }.received(write, inbox).await
}

/// An agent replied. If the visitor has not read the reply after a while, it is sent by email.
async fn unread_reply(
    write: &Write<'_>,
    inbox: &Inbox,
    conversation: ConversationId,
) -> Result<()> {
    let due_at_ms = write.ambient.now_ms() + inbox.mail.unread_wait_ms;
    let new = NewDelivery { inbox: inbox.id, conversation, due_at_ms };
    if inbox.mail.to_visitors && !new.waits(write, MailKind::UnreadReply).await? {
        new.insert(write, MailKind::UnreadReply).await?;
    }
    Ok(())
}

struct NewDelivery {
    inbox: InboxId,
    conversation: ConversationId,
    due_at_ms: UnixMillis,
}

impl NewDelivery {
    fn rows(&self, kind: MailKind) -> Select<mail::Entity> {
        mail::Entity::find()
            .filter(mail::COLUMN.conversation_id.eq(self.conversation))
            .filter(mail::COLUMN.kind.eq(kind))
            .limit(1)
    }

    /// Queues the confirmation, once per conversation.
    async fn received(&self, write: &Write<'_>, inbox: &Inbox) -> Result<()> {
        if inbox.mail.to_visitors && !self.exists(write, MailKind::Received).await? {
            self.insert(write, MailKind::Received).await?;
        }
        Ok(())
    }

    /// Whether the conversation has an email of this kind. One that was not needed and never attempted does not
    /// count; one that was not allowed does.
    async fn exists(&self, write: &Write<'_>, kind: MailKind) -> Result<bool> {
        let needless = [
            DropReason::SomebodyCame,
            DropReason::Answered,
            DropReason::Resolved,
            DropReason::Archived,
            DropReason::Spam,
        ];
        let counts = Condition::any()
            .add(mail::COLUMN.state.ne(MailState::Dropped))
            .add(mail::COLUMN.message_id.is_not_null())
            .add(mail::COLUMN.reason.is_not_in(needless.map(DropReason::as_str)));
        Ok(!self.rows(kind).filter(counts).all(write.tx).await?.is_empty())
    }

    /// Whether an email is waiting whose messages are not decided yet: it will include the new ones.
    async fn waits(&self, write: &Write<'_>, kind: MailKind) -> Result<bool> {
        let waiting = self
            .rows(kind)
            .filter(mail::COLUMN.through_seq.is_null())
            .filter(mail::COLUMN.state.eq(MailState::Waiting));
        Ok(!waiting.all(write.tx).await?.is_empty())
    }

    async fn insert(&self, write: &Write<'_>, kind: MailKind) -> Result<()> {
        let row = mail::ActiveModel {
            inbox_id: Set(Some(self.inbox)),
            conversation_id: Set(Some(self.conversation)),
            ..row(write, kind, self.due_at_ms)
        };
        mail::Entity::insert(row).exec_without_returning(write.tx).await?;
        Ok(())
    }
}
