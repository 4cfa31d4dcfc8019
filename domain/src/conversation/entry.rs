//! One entry of the log, and the only place that decides who may see it.

use protocol::json::{from_str, to_string};
use protocol::{AgentId, Author, Body, ClientId, ConversationId, Entry, Files, Seq, UnixMillis};

use super::kind::{AuthorKind, EntryKind};
use crate::error::{Error, Result};
use crate::table::entry;

/// Who a log is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The conversation's visitor.
    Visitor,
    /// The support team.
    Team,
}

impl Audience {
    /// Whether it may see an entry with this body. This decides for every frame, and for the column
    /// `is_public`, with which queries select what a visitor gets.
    pub(crate) const fn may_see(self, body: &Body) -> bool {
        match (self, body) {
            (Self::Team, _) | (Self::Visitor, Body::Message { .. }) => true,
            (Self::Visitor, Body::Note { .. }) => false,
            (Self::Visitor, Body::Event { event }) => event.is_public(),
        }
    }
}

/// One entry of a conversation's log, before it is decided who may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its position in the log.
    pub seq: Seq,
    /// The position of the previous entry that the visitor may see.
    pub prev_public_seq: Seq,
    /// When it was accepted, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
    /// The id that the client gave the send.
    pub client_id: ClientId,
    /// Who wrote it.
    pub author: Author,
    /// Its content.
    pub body: Body,
    /// The attached files.
    pub files: Files,
}

impl LogEntry {
    /// The entry as an audience sees it; `None` if it may not see it.
    #[must_use]
    pub fn seen_by(&self, audience: Audience) -> Option<Entry> {
        audience.may_see(&self.body).then(|| Entry {
            seq: self.seq,
            prev: match audience {
                Audience::Visitor => self.prev_public_seq,
                Audience::Team => self.seq.previous(),
            },
            at_ms: self.at_ms,
            client_id: self.client_id,
            author: self.author.clone(),
            body: self.body.clone(),
            files: self.files.clone(),
        })
    }

    pub(crate) fn from_row(row: entry::Model) -> Result<Self> {
        let author = author_from_row(row.author_kind, row.author_id, row.author_name)?;
        let body = match row.kind {
            EntryKind::Message => Body::Message { text: row.text },
            EntryKind::Note => Body::Note { text: row.text },
            EntryKind::Event => {
                let event = from_str(&row.text).map_err(|_| Error::Corrupt("an event"))?;
                Body::Event { event }
            }
        };
        let files = match row.files {
            Some(files) => from_str(&files).map_err(|_| Error::Corrupt("an entry's files"))?,
            None => Files::NONE,
        };
        Ok(Self {
            conversation: row.conversation_id,
            seq: row.seq,
            prev_public_seq: row.prev_public_seq,
            at_ms: row.at_ms,
            client_id: row.client_id,
            author,
            body,
            files,
        })
    }
}

/// Reads an author from its columns.
pub(crate) fn author_from_row(
    kind: AuthorKind,
    id: Option<AgentId>,
    name: Option<String>,
) -> Result<Author> {
    match (kind, id) {
        (AuthorKind::Visitor, None) => Ok(Author::Visitor {}),
        (AuthorKind::System, None) => Ok(Author::System {}),
        (AuthorKind::Agent, Some(id)) => Ok(Author::Agent { id, name: name.unwrap_or_default() }),
        _ => Err(Error::Corrupt("an entry's author")),
    }
}

/// The columns that hold an author: kind, id and name.
pub(crate) fn author_to_row(author: &Author) -> (AuthorKind, Option<AgentId>, Option<String>) {
    let (id, name) = match author {
        Author::Visitor {} | Author::System {} => (None, None),
        Author::Agent { id, name } => (Some(*id), Some(name.clone())),
    };
    (AuthorKind::from(author), id, name)
}

/// The columns that hold a body: kind and text.
pub(super) fn body_to_row(body: &Body) -> (EntryKind, String) {
    let text = match body {
        Body::Message { text } | Body::Note { text } => text.clone(),
        Body::Event { event } => to_string(event),
    };
    (EntryKind::from(body), text)
}
