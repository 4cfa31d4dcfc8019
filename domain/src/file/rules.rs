//! The limits for visitors' files.

use std::path::PathBuf;

/// The limits for visitors' files.
#[derive(Clone, Debug)]
pub struct FileRules {
    /// The most bytes that all visitors' files of an inbox may have together.
    pub inbox_bytes: u64,
    /// The number of bytes on the disk that visitors' files must leave free, since the database needs them.
    pub free_bytes: u64,
    /// A folder on that disk, or `None` if the files are not on a local disk.
    pub folder: Option<PathBuf>,
}

impl Default for FileRules {
    fn default() -> Self {
        const GIB: u64 = 1024 * 1024 * 1024;
        Self { inbox_bytes: 20 * GIB, free_bytes: GIB, folder: None }
    }
}
