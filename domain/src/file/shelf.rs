//! Where the content of files lies: a folder, or a bucket of S3's kind.

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

/// The content of a file, piece by piece.
pub type Content = BoxStream<'static, std::io::Result<Bytes>>;

/// Why a shelf can't be had.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// Not an address that can be read.
    #[error("can't read the address of the files, {0}: give a folder or s3://BUCKET/PREFIX")]
    Address(String),
    /// A folder that can't be made.
    #[error("can't make the folder for files, {0}: {1}")]
    Folder(String, std::io::Error),
    /// What holds the files says no.
    #[error("can't open what holds the files: {0}")]
    Refused(#[from] object_store::Error),
}

/// Which content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it was uploaded.
    Whole,
    /// A small picture of it.
    Thumbnail,
}

/// Where the content of files lies.
#[derive(Clone)]
pub struct Shelf(Arc<dyn ObjectStore>);

impl Shelf {
    /// Opens the shelf at `address`: a folder, which is made if need be, or `s3://BUCKET/PREFIX`, for
    /// which `settings` are names and values such as `aws_access_key_id`, `aws_region` and
    /// `aws_endpoint`.
    ///
    /// # Errors
    /// [`ShelfError`], which says what to do.
    pub fn open(
        address: &str,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ShelfError> {
        if !address.contains("://") {
            return Self::folder(FilePath::new(address));
        }
        let wrong = || ShelfError::Address(address.to_owned());
        let url = url::Url::parse(address).map_err(|_| wrong())?;
        let (scheme, _) = ObjectStoreScheme::parse(&url).map_err(|_| wrong())?;
        if scheme != ObjectStoreScheme::AmazonS3 {
            return Err(wrong());
        }
        // The same implementation of TLS as the databases'. Another one that was chosen before stays.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let (store, prefix) = object_store::parse_url_opts(&url, settings)?;
        Ok(Self(Arc::new(PrefixStore::new(store, prefix))))
    }

    /// A folder. What is put there is on disk before it counts as put.
    ///
    /// # Errors
    /// If the folder can't be made.
    pub fn folder(path: &FilePath) -> Result<Self, ShelfError> {
        let failed = |error| ShelfError::Folder(path.display().to_string(), error);
        std::fs::create_dir_all(path).map_err(failed)?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(path)?.with_fsync(true))))
    }

    pub(super) async fn put(&self, place: Uuid, part: Part, content: Bytes) -> Result<()> {
        self.put_in(part.folder(), place, content).await
    }

    /// The content, and how long it is in bytes.
    pub(crate) async fn get(&self, place: Uuid, part: Part) -> Result<(u64, Content)> {
        self.get_from(part.folder(), place).await
    }

    /// Removes all that there is of a file at a place.
    pub(super) async fn remove(&self, place: Uuid) -> Result<()> {
        for part in [Part::Whole, Part::Thumbnail] {
            self.remove_from(part.folder(), place).await?;
        }
        Ok(())
    }

    /// Keeps a mail as it came in.
    pub(crate) async fn put_mail(&self, place: Uuid, mail: Bytes) -> Result<()> {
        self.put_in(MAILS, place, mail).await
    }

    /// A mail as it came in, and how long it is in bytes.
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

/// The folder of mails that came in.
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
    Error::Shelf(Arc::new(error))
}

/// A name of our own: nothing that anybody typed is part of it.
fn path(folder: &str, place: Uuid) -> Path {
    Path::from_iter([folder, place.to_string().as_str()])
}
