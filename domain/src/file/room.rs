//! Room for what strangers upload: so much for an inbox, and never the last of the disk.

use std::path::PathBuf;

use crate::Domain;

/// How much room there is for visitors' files.
#[derive(Clone, Debug)]
pub struct FileRules {
    /// The most bytes that all visitors' files of an inbox may have together.
    pub inbox_bytes: u64,
    /// How many bytes of the disk stay free, whatever visitors upload: the database needs them.
    pub free_bytes: u64,
    /// A folder on the disk that is meant; none, where there is no such disk.
    pub folder: Option<PathBuf>,
}

impl Default for FileRules {
    fn default() -> Self {
        const GIB: u64 = 1024 * 1024 * 1024;
        Self { inbox_bytes: 20 * GIB, free_bytes: GIB, folder: None }
    }
}

impl Domain {
    /// Sets how much room there is for visitors' files.
    #[must_use]
    pub fn with_file_rules(mut self, rules: FileRules) -> Self {
        self.file_rules = std::sync::Arc::new(rules);
        self
    }

    /// How many bytes of the disk are free, if that is too few for strangers to have any of them.
    #[must_use]
    pub fn too_little_room(&self) -> Option<u64> {
        let found = rustix::fs::statvfs(self.file_rules.folder.as_ref()?).ok()?;
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        (free < self.file_rules.free_bytes).then_some(free)
    }
}
