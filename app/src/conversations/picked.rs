//! A file that was picked for the next message, and how far its upload is.

use protocol::{File, FileId};

/// A file that was picked for the next message.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Picked {
    pub(super) id: FileId,
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) progress: Progress,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Progress {
    /// The upload is running.
    Uploading,
    /// The upload waits for the connection.
    Waiting,
    /// The server has it.
    Done(File),
    /// The server refused it.
    Refused(String),
}

impl Picked {
    /// Returns a file that the server already has.
    pub(super) fn uploaded(file: File) -> Self {
        Self {
            id: file.id,
            name: file.name.clone(),
            bytes: file.bytes,
            progress: Progress::Done(file),
        }
    }

    /// Returns the file as the server stored it.
    pub(super) fn file(&self) -> Option<&File> {
        match &self.progress {
            Progress::Done(file) => Some(file),
            Progress::Uploading | Progress::Waiting | Progress::Refused(_) => None,
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.progress, Progress::Refused(_))
    }
}
