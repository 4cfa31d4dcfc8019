//! Limits for visitors' files: so many bytes for each inbox, and some free space on the disk.

use super::FileRules;
use crate::Domain;

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
