//! Attaches files to entries.

use protocol::{ConversationId, Files, Seq, VisitorId};
use sea_orm::entity::prelude::*;

use crate::command::Write;
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::file;

/// Attaches the files to an entry. From now on, anyone who may see the entry may fetch them.
pub(crate) async fn attach(
    write: &Write<'_>,
    files: &Files,
    conversation: ConversationId,
    seq: Seq,
) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    file::Entity::update_many()
        .assign(file::COLUMN.conversation_id, conversation)
        .assign(file::COLUMN.seq, seq)
        .filter(file::COLUMN.id.is_in(files.0.iter().map(|file| file.id)))
        .exec(write.tx)
        .await?;
    Ok(())
}

/// Transfers a visitor's files to another visitor, once they are known to be the same person.
pub(crate) async fn hand_over(write: &Write<'_>, from: VisitorId, to: VisitorId) -> Result<()> {
    file::Entity::update_many()
        .assign(file::COLUMN.visitor_id, to)
        .filter(file::COLUMN.visitor_id.eq(from))
        .exec(write.tx)
        .await?;
    Ok(())
}
