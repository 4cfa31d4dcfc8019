//! Decisions that are part of larger commands.

use protocol::{Author, ConversationId, ErrorCode, Event, VisitorId};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use super::core::{HandOver, Happened, MergeOpen, Renamed};
use super::set::carry_out_one;
use crate::command::Write;
use crate::error::Result;
use crate::table::conversation;

/// Locks a conversation's row until the end of this transaction.
///
/// # Errors
/// `conversation_unknown`; store errors.
pub(crate) async fn lock(write: &Write<'_>, id: ConversationId) -> Result<()> {
    let query = conversation::Entity::find_by_id(id).lock_exclusive();
    query.one(write.tx).await?.ok_or(ErrorCode::ConversationUnknown)?;
    Ok(())
}

/// Appends an event to a conversation's log.
///
/// # Errors
/// `conversation_unknown`; store errors.
pub(crate) async fn happened(
    write: &mut Write<'_>,
    conversation: ConversationId,
    author: &Author,
    event: Event,
) -> Result<()> {
    let author = author.clone();
    carry_out_one(write, Happened { conversation, author, event }).await
}

/// Resolves a conversation that another one replaces.
pub(crate) async fn merge_open(write: &mut Write<'_>, id: ConversationId) -> Result<()> {
    carry_out_one(write, MergeOpen(id)).await
}

/// Transfers a conversation to another visitor.
pub(crate) async fn hand_over(
    write: &mut Write<'_>,
    conversation: ConversationId,
    to: VisitorId,
) -> Result<()> {
    carry_out_one(write, HandOver { conversation, to }).await
}

/// Tells agents that a visitor's name has changed.
pub(crate) async fn tell_renamed(write: &mut Write<'_>, visitor: VisitorId) -> Result<()> {
    carry_out_one(write, Renamed(visitor)).await
}
