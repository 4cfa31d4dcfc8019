//! Exports all data retained about a visitor as a ZIP archive.

use std::io::{Seek, Write};

use futures_util::StreamExt;
use protocol::VisitorId;
use tokio::sync::mpsc;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::Domain;
use crate::error::{Error, Result};

/// The number of chunks that may wait to be written.
const AHEAD: usize = 4;

/// What to write next.
enum Piece {
    Begin(String),
    Bytes(bytes::Bytes),
}

impl Domain {
    /// Exports all data retained about a visitor: `person.json`, their files in `files/` and the original
    /// inbound emails in `mails/`. Returns the visitor's name, and a ZIP archive in an unnamed temporary
    /// file, positioned at its beginning.
    ///
    /// Content that the blob store can't provide is left out and listed in `missing.txt`.
    ///
    /// # Errors
    /// `visitor_unknown`; store and disk errors.
    pub async fn export_visitor(&self, id: VisitorId) -> Result<(String, std::fs::File)> {
        let record = self.record(id).await?;
        let (pieces, waiting) = mpsc::channel(AHEAD);
        let writing = tokio::task::spawn_blocking(move || write(waiting));
        // The writer ends early only because of an error, which it returns.
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
    // Most of the content is already compressed.
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
