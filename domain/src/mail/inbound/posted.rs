//! Claims an inbound email for the message that it becomes, and records which one that is, in the message's own
//! transaction.

use protocol::{ConversationId, ErrorCode, InboundState, InboxId, Seq};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QuerySelect};

use super::message::InboundMessage;
use crate::command::Write;
use crate::error::Result;
use crate::mail::recipient::arrived;
use crate::table::inbound_mail;

/// Claims an email that is to become a message, so that nobody else posts it. Its conversation is locked.
pub(crate) async fn claim(write: &Write<'_>, by_mail: &InboundMessage) -> Result<()> {
    let query = inbound_mail::Entity::find_by_id(by_mail.id).lock_exclusive();
    let row = query.one(write.tx).await?.ok_or(ErrorCode::MailUnknown)?;
    if row.state == InboundState::Waiting { Ok(()) } else { Err(ErrorCode::MailSettled.into()) }
}

/// Records which entry an email became.
pub(crate) async fn posted(
    write: &mut Write<'_>,
    by_mail: &InboundMessage,
    inbox: InboxId,
    conversation: ConversationId,
    seq: Seq,
) -> Result<()> {
    let mut row = inbound_mail::ActiveModel { id: Set(by_mail.id), ..Default::default() };
    by_mail.headers.clone().note(&mut row);
    row.state = Set(InboundState::Posted);
    row.reason = Set(None);
    row.conversation_id = Set(Some(conversation));
    row.seq = Set(Some(seq));
    row.left_out = Set((!by_mail.left_out.is_empty()).then(|| by_mail.left_out.join("\n")));
    row.settled_at_ms = Set(Some(write.ambient.now_ms()));
    inbound_mail::Entity::update(row).exec(write.tx).await?;
    match &by_mail.own {
        // Someone who answers has an address that email reaches.
        Some((address, _)) if by_mail.is_proven => {
            crate::visitor::reads(write, inbox, conversation, address).await?;
            arrived(write, inbox, address).await
        }
        _ => Ok(()),
    }
}
