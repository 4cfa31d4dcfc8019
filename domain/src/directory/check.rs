//! Compares the directory in memory with the store.

use super::Directory;
use super::read::revision;
use crate::Domain;
use crate::error::Result;

impl Domain {
    /// Whether what is kept in memory at the store's revision is what the store says. Only tests ask: it reads
    /// everything.
    ///
    /// # Errors
    /// Store errors.
    #[doc(hidden)]
    pub async fn is_directory_current(&self) -> Result<bool> {
        let (db, ambient) = (&self.store.reader, &self.ambient);
        let revision = revision(db).await?;
        let known = self.writer.directories().at(db, ambient, revision).await?;
        Ok(known.is_same(&Directory::read(db, ambient, revision).await?))
    }
}
