//! Files that entries carry: who may upload which, where they lie, and who may fetch them.
//!
//! A file is uploaded first, under an id that the uploader made up, so that it can be uploaded again
//! when a connection was lost; then a message carries it. Its content lies on the [`Shelf`] under
//! that id. A row says whose it is, and which entry carries it: who may see that entry may fetch it.

mod carry;
mod fetch;
mod kind;
mod name;
mod room;
mod shelf;
mod sweep;
mod thumbnail;
mod upload;

use protocol::{File, FileId};

use crate::agent::Agent;
use crate::table::file;
use crate::visitor::VisitorIdentity;

pub(crate) use carry::{carry, claim, hand_over};
pub use room::FileRules;
pub use shelf::{Content, Part, Shelf, ShelfError};

/// Who uploads, sends or fetches a file.
#[derive(Clone, Debug)]
pub enum Party {
    /// A visitor.
    Visitor(VisitorIdentity),
    /// An agent.
    Agent(Agent),
}

impl Party {
    /// Whether it uploaded the file.
    fn uploaded(&self, row: &file::Model) -> bool {
        match self {
            Self::Visitor(who) => row.visitor_id == Some(who.visitor.0),
            Self::Agent(agent) => row.agent_id == Some(agent.id.0),
        }
    }
}

fn from_row(row: file::Model) -> File {
    File {
        id: FileId(row.id),
        name: row.name,
        media_type: row.media_type,
        bytes: row.bytes.unsigned_abs(),
        width: row.width.map(i64::unsigned_abs),
        height: row.height.map(i64::unsigned_abs),
    }
}
