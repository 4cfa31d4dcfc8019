//! Files attached to entries: who may upload them, where they are stored, and who may fetch them.
//!
//! A file is uploaded first, under an id that the uploader chooses, so that the upload can be repeated after
//! a lost connection. Then a message attaches it. Its content is in the blob store, the [`BlobStore`]. Its row
//! says who uploaded it and which entry it is attached to: anyone who may see that entry may fetch it.

mod attach;
mod blobs;
mod disk;
mod fetch;
mod kind;
mod name;
mod rules;
mod sweep;
mod thumbnail;
mod upload;

use protocol::File;

use crate::agent::Agent;
use crate::table::file;
use crate::visitor::VisitorIdentity;

pub(crate) use attach::{attach, hand_over};
pub use blobs::{BlobError, BlobStore, Content, Part};
pub use rules::FileRules;

/// Someone who uploads, sends or fetches a file.
#[derive(Clone, Debug)]
pub enum Party {
    /// A visitor.
    Visitor(VisitorIdentity),
    /// An agent.
    Agent(Agent),
}

impl Party {
    /// Whether this party may attach the file to a message: they uploaded it, and attached it to nothing yet.
    pub(crate) fn may_attach(&self, row: &file::Model) -> bool {
        let is_free = row.conversation_id.is_none() && row.dropped_at_ms.is_none();
        is_free && row.is_stored && self.uploaded(row)
    }

    /// Whether this party uploaded the file.
    fn uploaded(&self, row: &file::Model) -> bool {
        match self {
            Self::Visitor(who) => row.visitor_id == Some(who.visitor),
            Self::Agent(agent) => row.agent_id == Some(agent.id),
        }
    }
}

pub(crate) fn from_row(row: file::Model) -> File {
    File {
        id: row.id,
        name: row.name,
        media_type: row.media_type,
        bytes: row.bytes.unsigned_abs(),
        width: row.width.map(i64::unsigned_abs),
        height: row.height.map(i64::unsigned_abs),
    }
}
