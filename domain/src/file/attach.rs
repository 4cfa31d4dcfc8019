//! Attaches files to entries.

use protocol::limits::FILES;
use protocol::{ConversationId, ErrorCode, FileId, Files, Seq, Several, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::{Party, from_row};
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::file;
use crate::writer::Write;

/// Returns and locks the files that a message is to attach, in the sender's order. Each must be completely
/// uploaded by the sender and not attached to another entry.
///
/// # Errors
/// `too_many_files`; `file_unknown`; store errors.
pub(crate) async fn claim(write: &Write<'_>, sender: &Party, ids: &[FileId]) -> Result<Files> {
    if ids.len() > FILES {
        return Err(ErrorCode::TooManyFiles.into());
    }
    let rows = file::Entity::find()
        .filter(file::COLUMN.id.is_in(ids.iter().copied()))
        .order_by_asc(file::Column::Id)
        .lock_exclusive()
        .all(write.tx)
        .await?;
    let mut files = Vec::with_capacity(ids.len());
    for id in ids {
        let row = rows.iter().find(|row| row.id == *id).ok_or(ErrorCode::FileUnknown)?;
        let is_free = row.conversation_id.is_none() && row.dropped_at_ms.is_none();
        let is_twice = files.iter().any(|file: &protocol::File| file.id == *id);
        if !is_free || !row.is_stored || is_twice || !sender.uploaded(row) {
            return Err(ErrorCode::FileUnknown.into());
        }
        files.push(from_row(row.clone()));
    }
    Ok(Several(files))
}

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
