//! What a claimed email says.

use std::collections::BTreeMap;

use protocol::limits::MAIL_LINK_MS;
use protocol::{ConversationId, InboundId, InboundState, MailId, MailKind, Seq, UnixMillis};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::account::OfAccount;
use super::delivery::{MailContent, OfConversation};
use super::messages;
use crate::command::Write;
use crate::error::{Error, Result};
use crate::inbox::Inbox;
use crate::table::{conversation, inbound_mail, mail, visitor};

/// What was decided about an email to somebody about a conversation.
pub(super) struct Told {
    pub(super) kind: MailKind,
    pub(super) inbox: Inbox,
    pub(super) visitor: visitor::Model,
    pub(super) address: String,
    /// The positions of its first and last message.
    pub(super) messages: (Seq, Seq),
    /// The token with which its recipient says which emails they want.
    pub(super) preference: String,
    /// When it was first attempted: its link is valid from then on.
    pub(super) begun_at_ms: UnixMillis,
}

/// The content of an email about a conversation.
pub(super) async fn of_conversation(
    write: &Write<'_>,
    conversation: &conversation::Model,
    told: Told,
) -> Result<MailContent> {
    let Told { kind, inbox, visitor, address, messages, preference, begun_at_ms } = told;
    // A visitor who has been to the chat can read the replies there.
    let last_mail = match visitor.last_seen_at_ms {
        None => last_mail(write, conversation.id).await?,
        Some(_) => None,
    };
    let is_by_mail = last_mail.is_some();
    let (messages, more) = messages::said(write, conversation, kind, messages, is_by_mail).await?;
    let until_ms = begun_at_ms + MAIL_LINK_MS;
    let of = Box::new(OfConversation {
        login: crate::visitor::login(&inbox, &visitor, &address, until_ms),
        preference,
        conversation: conversation.id,
        visitor_name: crate::visitor::display_name(&visitor),
        page: conversation.page.clone(),
        visitor: crate::visitor::profile(visitor),
        inbox,
        messages,
        more,
        is_by_mail,
        subject: last_mail.and_then(|mail| mail.subject),
    });
    Ok(match kind {
        MailKind::NobodyAvailable => MailContent::NobodyAvailable(of),
        MailKind::Received => MailContent::Received(of),
        MailKind::UnreadReply => MailContent::UnreadReply(of),
        MailKind::Transcript => MailContent::Transcript(of),
        MailKind::Assigned => MailContent::Assigned(of),
        MailKind::Mentioned => MailContent::Mentioned(of),
        MailKind::Waiting => MailContent::Waiting(of),
        MailKind::Escalation => MailContent::Escalation(of),
        MailKind::Summary | MailKind::Invitation | MailKind::Password => {
            return Err(Error::Corrupt("what a mail is about"));
        }
    })
}

/// The content of an email about an agent's account.
pub(super) fn of_account(kind: MailKind, of: OfAccount) -> Result<MailContent> {
    match kind {
        MailKind::Invitation => Ok(MailContent::Invitation(of)),
        MailKind::Password => Ok(MailContent::Password(of)),
        _ => Err(Error::Corrupt("what a mail is about")),
    }
}

/// The `Message-ID`s of the emails before this one that went to the same address or came from it, oldest first.
pub(super) async fn thread(
    write: &Write<'_>,
    id: MailId,
    conversation: &conversation::Model,
    address: &str,
) -> Result<Vec<String>> {
    let before: Vec<(Uuid, Option<String>)> = mail::Entity::find()
        .filter(mail::COLUMN.conversation_id.eq(conversation.id))
        .filter(mail::COLUMN.address.eq(address))
        .filter(mail::COLUMN.id.lt(id))
        .filter(mail::COLUMN.message_id.is_not_null())
        .order_by_asc(mail::Column::Id)
        .select_only()
        .column(mail::Column::Id)
        .column(mail::Column::MessageId)
        .into_tuple()
        .all(write.tx)
        .await?;
    let answers: Vec<(Uuid, Option<String>)> = inbound_mail::Entity::find()
        .filter(inbound_mail::COLUMN.conversation_id.eq(conversation.id))
        .filter(inbound_mail::COLUMN.sender.eq(address.to_lowercase()))
        .filter(inbound_mail::COLUMN.state.eq(InboundState::Posted))
        // Ids are ordered by time, whatever they are of.
        .filter(inbound_mail::COLUMN.id.lt(InboundId(id.0)))
        .filter(inbound_mail::COLUMN.message_id.is_not_null())
        .select_only()
        .column(inbound_mail::Column::Id)
        .column(inbound_mail::Column::MessageId)
        .into_tuple()
        .all(write.tx)
        .await?;
    let all: BTreeMap<Uuid, Option<String>> = before.into_iter().chain(answers).collect();
    Ok(all.into_values().flatten().collect())
}

/// The last email that the conversation's visitor wrote.
async fn last_mail(
    write: &Write<'_>,
    conversation: ConversationId,
) -> Result<Option<inbound_mail::Model>> {
    let mails = inbound_mail::Entity::find()
        .filter(inbound_mail::COLUMN.conversation_id.eq(conversation))
        .order_by_desc(inbound_mail::Column::AtMs);
    Ok(mails.one(write.tx).await?)
}
