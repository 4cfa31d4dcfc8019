//! A copy of all that is kept of a visitor, as a ZIP archive.

use std::io::{Seek, Write};

use futures_util::StreamExt;
use protocol::VisitorId;
use tokio::sync::mpsc;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::Domain;
use crate::error::{Error, Result};

/// How many pieces wait to be written.
const AHEAD: usize = 4;

/// What is written next.
enum Piece {
    Begin(String),
    Bytes(bytes::Bytes),
}

impl Domain {
    /// A copy of all that is kept of a visitor: `person.json`, their files in `files/` and mails as they came in
    /// `mails/`. Returns what to call them, and an archive (ZIP) in a file without a name, at its beginning.
    ///
    /// What can't be read from where files are kept is left out, and named in `missing.txt`.
    ///
    /// # Errors
    /// `visitor_unknown`; the store's, and the disk's.
    pub async fn export_visitor(&self, id: VisitorId) -> Result<(String, std::fs::File)> {
        let record = self.record(id).await?;
        let (pieces, waiting) = mpsc::channel(AHEAD);
        let writing = tokio::task::spawn_blocking(move || write(waiting));
        // The writer ends early only by an error of its own, which it returns.
        let feed = async {
            let text = serde_json::to_vec_pretty(&record.json).unwrap_or_default();
            pieces.send(Piece::Begin("person.json".to_owned())).await.ok()?;
            pieces.send(Piece::Bytes(text.into())).await.ok()?;
            let mut missing = String::new();
            for part in &record.parts {
                let (_, mut content) = match self.part(part).await {
                    Ok(found) => found,
                    Err(error) => {
                        tracing::warn!(%error, path = part.path, "a file is missing in an export");
                        missing += &format!("{}\n", part.path);
                        continue;
                    }
                };
                pieces.send(Piece::Begin(part.path.clone())).await.ok()?;
                while let Some(piece) = content.next().await {
                    let Ok(piece) = piece else {
                        missing += &format!("{}\n", part.path);
                        break;
                    };
                    pieces.send(Piece::Bytes(piece)).await.ok()?;
                }
            }
            if !missing.is_empty() {
                pieces.send(Piece::Begin("missing.txt".to_owned())).await.ok()?;
                pieces.send(Piece::Bytes(missing.into())).await.ok()?;
            }
            Some(())
        };
        feed.await;
        drop(pieces);
        let file = writing.await.map_err(|_| Error::Stopped)??;
        Ok((record.name, file))
    }
}

fn write(mut pieces: mpsc::Receiver<Piece>) -> std::io::Result<std::fs::File> {
    // Most of it is compressed already.
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    let mut archive = ZipWriter::new(tempfile::tempfile()?);
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Begin(path) => archive.start_file(path, options)?,
            Piece::Bytes(bytes) => archive.write_all(&bytes)?,
        }
    }
    let mut file = archive.finish()?;
    file.rewind()?;
    Ok(file)
}
