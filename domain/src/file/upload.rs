//! Uploads: reserve room, receive and classify the content, then put it in the blob store.

use std::io::SeekFrom;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use protocol::limits::{FILE_BYTES, UNSENT_FILE_BYTES, UNSENT_FILES, VISITOR_FILE_BYTES};
use protocol::{ErrorCode, File, FileId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, IntoActiveModel, QuerySelect, Select};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::time::timeout;

use super::kind::{self, Kind, LOOKED_AT};
use super::{Part, Party, from_row, name, thumbnail};
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::{Error, Result};
use crate::table::file;

/// How long an upload waits for a free thumbnail slot when many pictures arrive at once. The agents' limit is
/// long enough for the visitors ahead of them to give up.
const VISITORS_PATIENCE: Duration = Duration::from_secs(3);
const TEAMS_PATIENCE: Duration = Duration::from_secs(30);

impl Domain {
    /// Stores a file of `bytes` bytes. Uploading again with the same id is harmless: if the file is already
    /// stored, its content is not read again.
    ///
    /// # Errors
    /// `file_empty`, `file_too_big`, `file_type_refused`; `file_quota` if the visitor, the inbox or the disk
    /// has no room left; `too_many_files` if too many files are unsent; `slow_down` if the inbox has too many
    /// unsent bytes; `file_id_taken` if someone else uses the id; `upload_cut` if the content ends early;
    /// store errors.
    pub async fn upload(
        &self,
        party: &Party,
        id: FileId,
        name: &str,
        bytes: u64,
        content: impl Stream<Item = std::io::Result<Bytes>> + Send,
    ) -> Result<File> {
        if bytes == 0 {
            return Err(ErrorCode::FileEmpty.into());
        }
        if bytes > FILE_BYTES {
            return Err(ErrorCode::FileTooBig.into());
        }
        if let (Party::Visitor(_), Some(free)) = (party, self.is_disk_low()) {
            tracing::error!(free, "the disk is nearly full: visitors can't upload files");
            return Err(ErrorCode::FileQuota.into());
        }
        let place = self.ambient.uuid();
        let inbox_bytes = self.file_rules.inbox_bytes;
        let reserve = Reserve { party: party.clone(), id, place, bytes, inbox_bytes };
        match self.writer.run(reserve).await? {
            Reserved::Here(file) => return Ok(file),
            Reserved::Room { before: Some(before) } => {
                if let Err(error) = self.blobs.remove(before).await {
                    tracing::warn!(%error, "could not remove an unfinished upload");
                }
            }
            Reserved::Room { before: None } => {}
        }
        let (kind, spooled) = match spool(bytes, name, content).await {
            Ok(spooled) => spooled,
            Err(error) => {
                self.give_back(id, place).await;
                return Err(error);
            }
        };
        // All content is here. From now on the upload finishes even if the client disconnects.
        let (domain, party, name) = (self.clone(), party.clone(), name::tidy(name, kind));
        let kept = tokio::spawn(async move {
            let kept = async {
                let patience = match party {
                    Party::Visitor(_) => VISITORS_PATIENCE,
                    Party::Agent(_) => TEAMS_PATIENCE,
                };
                let size = domain.shelve(place, kind, spooled, bytes, patience).await?;
                let media_type = kind.media_type;
                domain.writer.run(Keep { party, id, place, name, media_type, size }).await
            };
            let kept = kept.await;
            if kept.is_err() {
                domain.give_back(id, place).await;
            }
            kept
        });
        kept.await.map_err(|_| Error::Stopped)?
    }

    /// Releases the reserved room of an upload and removes its content, unless the file was stored after all.
    async fn give_back(&self, id: FileId, place: Uuid) {
        let given_back = async {
            if self.writer.run(Release { id, place }).await? {
                self.blobs.remove(place).await?;
            }
            Ok::<_, Error>(())
        };
        if let Err(error) = given_back.await {
            tracing::warn!(%error, "could not release the room of a failed upload");
        }
    }

    /// Puts the content in the blob store, with a thumbnail if it is a picture. Returns the picture's width
    /// and height if there is a thumbnail.
    async fn shelve(
        &self,
        place: Uuid,
        kind: Kind,
        mut spooled: tokio::fs::File,
        bytes: u64,
        patience: Duration,
    ) -> Result<Option<(u32, u32)>> {
        // Acquire the scarcer permit first: while waiting for it, the upload holds nothing that others wait
        // for. When many pictures arrive at once, some are stored without a thumbnail.
        let shrinking = match kind.is_picture {
            true => timeout(patience, self.shrinking.acquire()).await.ok(),
            false => None,
        };
        let shrinking = shrinking.transpose().map_err(|_| Error::Stopped)?;
        // The sender can't delay this part. Only a few whole files are in memory at the same time.
        let _place = self.shelving.acquire().await.map_err(|_| Error::Stopped)?;
        let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
        spooled.seek(SeekFrom::Start(0)).await?;
        spooled.read_to_end(&mut content).await?;
        let content = Bytes::from(content);
        let mut size = None;
        if let Some(_place) = shrinking {
            let picture = content.clone();
            let made = tokio::task::spawn_blocking(move || thumbnail::of(&picture)).await;
            // A decoder that fails on an upload costs the thumbnail, not the file.
            if let Ok(Some(made)) = made {
                self.blobs.put(place, Part::Thumbnail, made.content).await?;
                size = Some((made.width, made.height));
            }
        }
        self.blobs.put(place, Part::Whole, content).await?;
        Ok(size)
    }
}

/// Receives the content into an unnamed temporary file, which disappears when it is closed.
async fn spool(
    bytes: u64,
    name: &str,
    content: impl Stream<Item = std::io::Result<Bytes>>,
) -> Result<(Kind, tokio::fs::File)> {
    let spooled = tokio::task::spawn_blocking(tempfile::tempfile);
    let spooled = spooled.await.map_err(|_| Error::Stopped)??;
    let mut spooled = tokio::fs::File::from_std(spooled);
    let mut content = std::pin::pin!(content);
    let (mut beginning, mut taken) = (Vec::with_capacity(LOOKED_AT), 0_u64);
    let mut kind = None;
    while let Some(piece) = content.next().await {
        let piece = piece.map_err(|_| ErrorCode::UploadCut)?;
        taken += piece.len() as u64;
        if taken > bytes {
            return Err(ErrorCode::FileTooBig.into());
        }
        let missing = LOOKED_AT.saturating_sub(beginning.len()).min(piece.len());
        beginning.extend_from_slice(&piece[..missing]);
        if kind.is_none() && beginning.len() == LOOKED_AT {
            // Refuse the file before the rest arrives.
            kind = Some(look(&beginning, taken == bytes, name)?);
        }
        spooled.write_all(&piece).await?;
    }
    if taken < bytes {
        return Err(ErrorCode::UploadCut.into());
    }
    let kind = kind.map_or_else(|| look(&beginning, true, name), Ok)?;
    spooled.flush().await?;
    if kind.endings == ["zip"] {
        return of_archive(spooled).await;
    }
    Ok((kind, spooled))
}

/// Classifies an archive, which needs the complete file.
async fn of_archive(spooled: tokio::fs::File) -> Result<(Kind, tokio::fs::File)> {
    let file = spooled.into_std().await;
    let looked = tokio::task::spawn_blocking(move || {
        let kind = kind::of_archive(std::io::BufReader::new(&file));
        (kind, file)
    });
    let (kind, file) = looked.await.map_err(|_| Error::Stopped)?;
    Ok((kind.ok_or(ErrorCode::FileTypeRefused)?, tokio::fs::File::from_std(file)))
}

fn look(beginning: &[u8], is_whole: bool, name: &str) -> Result<Kind, ErrorCode> {
    kind::of(beginning, is_whole, name).ok_or(ErrorCode::FileTypeRefused)
}

fn shard(party: &Party) -> Shard {
    match party {
        Party::Visitor(who) => Shard::of(who.visitor),
        Party::Agent(agent) => Shard::of(agent.id),
    }
}

/// Reserves room for a file, unless it is already stored. Of two attempts with the same id, the later one
/// wins. Each has its own place, so that neither overwrites the other's content.
struct Reserve {
    party: Party,
    id: FileId,
    place: Uuid,
    bytes: u64,
    /// The most bytes that all visitors of the inbox may have.
    inbox_bytes: u64,
}

/// The result of a reservation.
enum Reserved {
    /// The file is already stored.
    Here(File),
    /// The upload may proceed. `before` is the place of an earlier attempt that did not finish.
    Room { before: Option<Uuid> },
}

impl Command for Reserve {
    type Output = Reserved;

    fn shard(&self) -> Shard {
        shard(&self.party)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Reserved> {
        let found = file::Entity::find_by_id(self.id).lock_exclusive().one(write.tx).await?;
        let before = found.as_ref().map(|row| row.place);
        if let Some(row) = found {
            if !self.party.uploaded(&row) || row.dropped_at_ms.is_some() {
                return Err(ErrorCode::FileIdTaken.into());
            }
            if row.is_stored {
                return Ok(Reserved::Here(from_row(row)));
            }
            // An upload that did not finish starts over.
            file::Entity::delete_by_id(self.id).exec(write.tx).await?;
        }
        self.check_room(write).await?;
        let (visitor, inbox, agent) = match &self.party {
            Party::Visitor(who) => (Some(who.visitor), Some(who.inbox), None),
            Party::Agent(agent) => (None, None, Some(agent.id)),
        };
        let row = file::ActiveModel {
            id: Set(self.id),
            place: Set(self.place),
            visitor_id: Set(visitor),
            inbox_id: Set(inbox),
            agent_id: Set(agent),
            name: Set(String::new()),
            media_type: Set(String::new()),
            bytes: Set(self.bytes as i64),
            width: Set(None),
            height: Set(None),
            is_stored: Set(false),
            conversation_id: Set(None),
            seq: Set(None),
            dropped_at_ms: Set(None),
            created_at_ms: Set(write.ambient.now_ms()),
        };
        file::Entity::insert(row).exec_without_returning(write.tx).await?;
        Ok(Reserved::Room { before })
    }
}

impl Reserve {
    /// Another node may reserve the same room at the same time, so the limits are exact only with one node.
    async fn check_room(&self, write: &Write<'_>) -> Result<()> {
        let unsent = file::Entity::find().filter(file::COLUMN.conversation_id.is_null());
        let own_unsent = match &self.party {
            Party::Visitor(who) => unsent.clone().filter(file::COLUMN.visitor_id.eq(who.visitor)),
            Party::Agent(agent) => unsent.clone().filter(file::COLUMN.agent_id.eq(agent.id)),
        };
        if own_unsent.count(write.tx).await? >= UNSENT_FILES {
            return Err(ErrorCode::TooManyFiles.into());
        }
        if let Party::Visitor(who) = &self.party {
            let theirs = file::Entity::find().filter(file::COLUMN.visitor_id.eq(who.visitor));
            if bytes_of(write, theirs).await? + self.bytes > VISITOR_FILE_BYTES {
                return Err(ErrorCode::FileQuota.into());
            }
            let of_all = file::Entity::find()
                .filter(file::COLUMN.inbox_id.eq(who.inbox))
                .filter(file::COLUMN.visitor_id.is_not_null());
            if bytes_of(write, of_all).await? + self.bytes > self.inbox_bytes {
                return Err(ErrorCode::FileQuota.into());
            }
            // Reserved but unfinished uploads don't count here: the limit on concurrent uploads bounds them.
            let of_inbox = unsent.filter(file::COLUMN.inbox_id.eq(who.inbox));
            let of_inbox = of_inbox.filter(file::COLUMN.is_stored.eq(true));
            if bytes_of(write, of_inbox).await? + self.bytes > UNSENT_FILE_BYTES {
                return Err(ErrorCode::SlowDown.into());
            }
        }
        Ok(())
    }
}

/// Returns the total size of these files, in bytes.
async fn bytes_of(write: &Write<'_>, files: Select<file::Entity>) -> Result<u64> {
    // Except on SQLite, a sum has another type than its column.
    let whole = match write.tx.get_database_backend() {
        DbBackend::MySql => "SIGNED",
        _ => "BIGINT",
    };
    let sum = Func::cast_as(Expr::col(file::Column::Bytes).sum(), Alias::new(whole));
    let found: Option<Option<i64>> =
        files.select_only().expr_as(sum, "bytes").into_tuple().one(write.tx).await?;
    Ok(found.flatten().unwrap_or(0).unsigned_abs())
}

/// Records the name, type and dimensions of a file whose content is now in the blob store.
struct Keep {
    party: Party,
    id: FileId,
    place: Uuid,
    name: String,
    media_type: &'static str,
    size: Option<(u32, u32)>,
}

impl Command for Keep {
    type Output = File;

    fn shard(&self) -> Shard {
        shard(&self.party)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<File> {
        let found = file::Entity::find_by_id(self.id).lock_exclusive().one(write.tx).await?;
        let row = found.filter(|row| self.party.uploaded(row) && row.dropped_at_ms.is_none());
        // A newer attempt has started, or the visitor is someone else by now. The next attempt decides.
        let row = row.filter(|row| row.place == self.place).ok_or(ErrorCode::UploadCut)?;
        let mut row = row.into_active_model();
        row.name = Set(self.name.clone());
        row.media_type = Set(self.media_type.to_owned());
        row.width = Set(self.size.map(|(width, _)| i64::from(width)));
        row.height = Set(self.size.map(|(_, height)| i64::from(height)));
        row.is_stored = Set(true);
        Ok(from_row(row.update(write.tx).await?))
    }
}

/// Releases the room of an upload that did not finish. Returns whether no row refers to its content.
struct Release {
    id: FileId,
    place: Uuid,
}

impl Command for Release {
    type Output = bool;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<bool> {
        file::Entity::delete_many()
            .filter(file::COLUMN.id.eq(self.id))
            .filter(file::COLUMN.place.eq(self.place))
            .filter(file::COLUMN.is_stored.eq(false))
            .exec(write.tx)
            .await?;
        let kept = file::Entity::find_by_id(self.id).one(write.tx).await?;
        Ok(kept.is_none_or(|row| row.place != self.place))
    }
}
