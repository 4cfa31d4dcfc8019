//! Limits for visitors' files: so many bytes for each inbox, and some free space on the disk.

use std::path::PathBuf;

use crate::Domain;

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

impl Domain {
    /// Sets the limits for visitors' files.
    #[must_use]
    pub fn with_file_rules(mut self, rules: FileRules) -> Self {
        self.file_rules = std::sync::Arc::new(rules);
        self
    }

    /// Returns the free bytes of the disk if they are below [`FileRules::free_bytes`].
    #[must_use]
    pub fn is_disk_low(&self) -> Option<u64> {
        let found = rustix::fs::statvfs(self.file_rules.folder.as_ref()?).ok()?;
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        (free < self.file_rules.free_bytes).then_some(free)
    }
}
