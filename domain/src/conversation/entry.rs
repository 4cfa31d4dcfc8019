//! One entry of the log, and the one place that decides who may see it.

use protocol::{AgentId, Author, Body, ClientId, ConversationId, Entry, Seq};

use crate::error::{Error, Result};
use crate::table::entry;

/// For whom a log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The conversation's visitor.
    Visitor,
    /// The support team.
    Team,
}

impl Audience {
    /// The kinds of entry that this audience may see. Every query and every frame goes by it.
    pub(crate) const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Visitor => &["message"],
            Self::Team => &["message", "note"],
        }
    }

    /// Whether it may see entries of this kind.
    pub(crate) fn may_see(self, body: &Body) -> bool {
        self.kinds().contains(&body.tag())
    }
}

/// One entry of a conversation's log, before it is decided who sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Whose log.
    pub conversation: ConversationId,
    /// Its position.
    pub seq: Seq,
    /// The position of the entry before it that the visitor may see.
    pub prev_public_seq: Seq,
    /// When it was taken, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// The sender's name for the send.
    pub client_id: ClientId,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub body: Body,
}

impl LogEntry {
    /// The entry as an audience sees it; `None` if it may not.
    #[must_use]
    pub fn seen_by(&self, audience: Audience) -> Option<Entry> {
        audience.may_see(&self.body).then(|| Entry {
            seq: self.seq,
            prev: match audience {
                Audience::Visitor => self.prev_public_seq,
                Audience::Team => self.seq - 1,
            },
            at_ms: self.at_ms,
            client_id: self.client_id,
            author: self.author.clone(),
            body: self.body.clone(),
        })
    }

    pub(crate) fn from_row(row: entry::Model) -> Result<Self> {
        let author = author_from_row(&row.author_kind, row.author_id, row.author_name)?;
        let body = match row.kind.as_str() {
            "message" => Body::Message { text: row.text },
            "note" => Body::Note { text: row.text },
            _ => return Err(Error::Corrupt("an entry's kind")),
        };
        Ok(Self {
            conversation: ConversationId(row.conversation_id),
            seq: row.seq.unsigned_abs(),
            prev_public_seq: row.prev_public_seq.unsigned_abs(),
            at_ms: row.at_ms.unsigned_abs(),
            client_id: ClientId(row.client_id),
            author,
            body,
        })
    }
}

/// An author from the columns that name one.
pub(crate) fn author_from_row(
    kind: &str,
    id: Option<uuid::Uuid>,
    name: Option<String>,
) -> Result<Author> {
    match (kind, id) {
        ("visitor", None) => Ok(Author::Visitor {}),
        ("agent", Some(id)) => {
            Ok(Author::Agent { id: AgentId(id), name: name.unwrap_or_default() })
        }
        _ => Err(Error::Corrupt("an entry's author")),
    }
}

/// The columns that name an author: kind, id and name.
pub(crate) fn author_to_row(author: &Author) -> (String, Option<uuid::Uuid>, Option<String>) {
    let (id, name) = match author {
        Author::Visitor {} => (None, None),
        Author::Agent { id, name } => (Some(id.0), Some(name.clone())),
    };
    (author.tag().to_owned(), id, name)
}
