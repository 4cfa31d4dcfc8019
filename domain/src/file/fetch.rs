//! Fetching files, for anyone who may see the entry that a file is attached to.

use protocol::{ErrorCode, File, FileId};
use sea_orm::entity::prelude::*;

use super::{Content, Part, Party, from_row};
use crate::Domain;
use crate::error::Result;
use crate::table::{conversation, entry, file};

/// A file that the party may fetch.
pub struct Found {
    /// The file.
    pub file: File,
    place: Uuid,
    part: Part,
}

impl Domain {
    /// Finds a file, or its thumbnail, which is a JPEG. Anyone who may see the entry it is attached to may
    /// fetch it. Until it is attached, only its uploader may.
    ///
    /// # Errors
    /// `file_unknown`, also if they may not fetch it or there is no thumbnail; store errors.
    pub async fn find_file(&self, party: &Party, id: FileId, part: Part) -> Result<Found> {
        let found = file::Entity::find_by_id(id).one(&self.store.reader).await?;
        let row = found.filter(|row| row.is_stored && row.dropped_at_ms.is_none());
        let row = row.ok_or(ErrorCode::FileUnknown)?;
        if !self.may_fetch(party, &row).await? {
            return Err(ErrorCode::FileUnknown.into());
        }
        if part == Part::Thumbnail && row.width.is_none() {
            return Err(ErrorCode::FileUnknown.into());
        }
        Ok(Found { place: row.place, part, file: from_row(row) })
    }

    /// Returns the content of a file and its length in bytes.
    ///
    /// # Errors
    /// Blob store errors.
    pub async fn read_file(&self, found: &Found) -> Result<(u64, Content)> {
        self.blobs.get(found.place, found.part).await
    }

    async fn may_fetch(&self, party: &Party, row: &file::Model) -> Result<bool> {
        let (Some(id), Some(seq)) = (row.conversation_id, row.seq) else {
            return Ok(party.uploaded(row));
        };
        match party {
            Party::Agent(agent) => {
                match crate::conversation::seen(&self.store.reader, id, agent).await {
                    Ok(_) => Ok(true),
                    Err(error) if error.code() == ErrorCode::ConversationUnknown => Ok(false),
                    Err(error) => Err(error),
                }
            }
            Party::Visitor(who) => {
                let reader = &self.store.reader;
                let conversation = conversation::Entity::find_by_id(id).one(reader).await?;
                let is_theirs = conversation.is_some_and(|row| row.visitor_id == who.visitor);
                let entry = entry::Entity::find_by_id((id, seq)).one(reader).await?;
                Ok(is_theirs && entry.is_some_and(|entry| entry.is_public))
            }
        }
    }
}
