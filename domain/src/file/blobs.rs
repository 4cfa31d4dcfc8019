//! The blob store, which holds the content of files: a folder or an S3-compatible bucket.

use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, ObjectStoreScheme};
use uuid::Uuid;

use crate::error::{Error, Result};

/// The content of a file, in chunks.
pub type Content = BoxStream<'static, std::io::Result<Bytes>>;

/// Why the blob store can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The address can't be parsed.
    #[error("can't parse the address of the file storage, {0}: use a folder or s3://BUCKET/PREFIX")]
    Address(String),
    /// The folder can't be created.
    #[error("can't create the folder for files, {0}: {1}")]
    Folder(String, std::io::Error),
    /// The blob store refused.
    #[error("can't open the file storage: {0}")]
    Refused(#[from] object_store::Error),
}

/// Which content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The original, as it was uploaded.
    Whole,
    /// The thumbnail.
    Thumbnail,
}

/// The blob store.
#[derive(Clone)]
pub struct BlobStore(Arc<dyn ObjectStore>);

impl BlobStore {
    /// Opens the blob store at `address`: a folder, which is created if it does not exist, or
    /// `s3://BUCKET/PREFIX`. For S3, `settings` are names and values such as `aws_access_key_id`,
    /// `aws_region` and `aws_endpoint`.
    ///
    /// # Errors
    /// [`BlobError`], which says what to do.
    pub fn open(
        address: &str,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, BlobError> {
        if !address.contains("://") {
            return Self::folder(FilePath::new(address));
        }
        let wrong = || BlobError::Address(address.to_owned());
        let url = url::Url::parse(address).map_err(|_| wrong())?;
        let (scheme, _) = ObjectStoreScheme::parse(&url).map_err(|_| wrong())?;
        if scheme != ObjectStoreScheme::AmazonS3 {
            return Err(wrong());
        }
        // Use the same TLS implementation as the databases. If one is already installed, it stays.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let (store, prefix) = object_store::parse_url_opts(&url, settings)?;
        Ok(Self(Arc::new(PrefixStore::new(store, prefix))))
    }

    /// Opens a folder. Content is synced to disk before a write counts as done.
    ///
    /// # Errors
    /// If the folder can't be created.
    pub fn folder(path: &FilePath) -> Result<Self, BlobError> {
        let failed = |error| BlobError::Folder(path.display().to_string(), error);
        std::fs::create_dir_all(path).map_err(failed)?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(path)?.with_fsync(true))))
    }

    pub(super) async fn put(&self, place: Uuid, part: Part, content: Bytes) -> Result<()> {
        self.put_in(part.folder(), place, content).await
    }

    /// Returns the content and its length in bytes.
    pub(crate) async fn get(&self, place: Uuid, part: Part) -> Result<(u64, Content)> {
        self.get_from(part.folder(), place).await
    }

    /// Removes everything at a file's place.
    pub(super) async fn remove(&self, place: Uuid) -> Result<()> {
        for part in [Part::Whole, Part::Thumbnail] {
            self.remove_from(part.folder(), place).await?;
        }
        Ok(())
    }

    /// Stores the raw source of an inbound email.
    pub(crate) async fn put_mail(&self, place: Uuid, mail: Bytes) -> Result<()> {
        self.put_in(MAILS, place, mail).await
    }

    /// Returns the raw source of an inbound email and its length in bytes.
    pub(crate) async fn get_mail(&self, place: Uuid) -> Result<(u64, Content)> {
        self.get_from(MAILS, place).await
    }

    pub(crate) async fn remove_mail(&self, place: Uuid) -> Result<()> {
        self.remove_from(MAILS, place).await
    }

    async fn put_in(&self, folder: &str, place: Uuid, content: Bytes) -> Result<()> {
        self.0.put(&path(folder, place), content.into()).await.map(drop).map_err(failed)
    }

    async fn get_from(&self, folder: &str, place: Uuid) -> Result<(u64, Content)> {
        let found = self.0.get(&path(folder, place)).await.map_err(failed)?;
        let bytes = found.meta.size;
        let content = found.into_stream().map(|piece| piece.map_err(std::io::Error::other));
        Ok((bytes, content.boxed()))
    }

    async fn remove_from(&self, folder: &str, place: Uuid) -> Result<()> {
        match self.0.delete(&path(folder, place)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

/// The folder of inbound emails.
const MAILS: &str = "mails";

impl Part {
    const fn folder(self) -> &'static str {
        match self {
            Self::Whole => "files",
            Self::Thumbnail => "thumbnails",
        }
    }
}

fn failed(error: object_store::Error) -> Error {
    Error::BlobStore(Arc::new(error))
}

/// The path consists only of our own names and ids: nothing that anyone typed is part of it.
fn path(folder: &str, place: Uuid) -> Path {
    Path::from_iter([folder, place.to_string().as_str()])
}
