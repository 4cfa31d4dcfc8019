//! Fetching files: by whoever may see the entry that carries them.

use protocol::{ConversationId, ErrorCode, File, FileId};
use sea_orm::entity::prelude::*;

use super::{Content, Part, Party, from_row};
use crate::Domain;
use crate::error::Result;
use crate::table::{conversation, entry, file};

/// A file, and what is in it.
pub struct Fetched {
    /// The file.
    pub file: File,
    /// How long the content is, in bytes.
    pub bytes: u64,
    /// The content.
    pub content: Content,
}

impl Domain {
    /// A file's content, or its thumbnail, which is a JPEG: for whoever may see the entry that carries
    /// it, and for its uploader until one does.
    ///
    /// # Errors
    /// `file_unknown`, also for one that they may not fetch, and for a thumbnail of what has none;
    /// the store's.
    pub async fn fetch_file(&self, party: &Party, id: FileId, part: Part) -> Result<Fetched> {
        let found = file::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let row = found.filter(|row| row.is_stored && row.dropped_at_ms.is_none());
        let row = row.ok_or(ErrorCode::FileUnknown)?;
        if !self.may_fetch(party, &row).await? {
            return Err(ErrorCode::FileUnknown.into());
        }
        if part == Part::Thumbnail && row.width.is_none() {
            return Err(ErrorCode::FileUnknown.into());
        }
        let (bytes, content) = self.shelf.get(row.place, part).await?;
        Ok(Fetched { file: from_row(row), bytes, content })
    }

    async fn may_fetch(&self, party: &Party, row: &file::Model) -> Result<bool> {
        let (Some(id), Some(seq)) = (row.conversation_id, row.seq) else {
            return Ok(party.uploaded(row));
        };
        match party {
            Party::Agent(agent) => {
                let id = ConversationId(id);
                match crate::conversation::seen(&self.store.reader, id, agent).await {
                    Ok(_) => Ok(true),
                    Err(error) if error.code() == ErrorCode::ConversationUnknown => Ok(false),
                    Err(error) => Err(error),
                }
            }
            Party::Visitor(who) => {
                let reader = &self.store.reader;
                let conversation = conversation::Entity::find_by_id(id).one(reader).await?;
                let is_theirs = conversation.is_some_and(|row| row.visitor_id == who.visitor.0);
                let entry = entry::Entity::find_by_id((id, seq)).one(reader).await?;
                Ok(is_theirs && entry.is_some_and(|entry| entry.is_public))
            }
        }
    }
}
