//! Removes files that were uploaded and never sent.

use protocol::FileId;
use protocol::limits::UNSENT_FILE_MS;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::file;

/// The most files that are dropped in one transaction.
const AT_A_TIME: u64 = 100;

impl Domain {
    /// Removes files that were not sent within a day. It first marks them as dropped, so that no message can
    /// attach them, then removes their content, then their rows. What fails is retried by the next sweep.
    ///
    /// # Errors
    /// Store errors.
    pub async fn sweep_files(&self) -> Result<()> {
        loop {
            let given_up = self.writer.run(GiveUp).await?;
            let mut removed = 0;
            for (id, place) in &given_up {
                // A file that can't be removed must not prevent the others from being removed.
                if let Err(error) = self.blobs.remove(*place).await {
                    tracing::warn!(%error, %id, "could not remove a file that was never sent");
                    continue;
                }
                file::Entity::delete_by_id(*id).exec(&self.store.reader).await?;
                removed += 1;
            }
            if removed < AT_A_TIME {
                return Ok(());
            }
        }
    }
}

struct GiveUp;

impl Command for GiveUp {
    /// The ids of the files, and the places of their content.
    type Output = Vec<(FileId, Uuid)>;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Vec<(FileId, Uuid)>> {
        let now_ms = write.ambient.now_ms();
        let before_ms = now_ms - UNSENT_FILE_MS;
        let given_up: Vec<(FileId, Uuid)> = file::Entity::find()
            .select_only()
            .column(file::Column::Id)
            .column(file::Column::Place)
            .filter(file::COLUMN.conversation_id.is_null())
            .filter(file::COLUMN.created_at_ms.lt(before_ms))
            .limit(AT_A_TIME)
            .lock_exclusive()
            .into_tuple()
            .all(write.tx)
            .await?;
        file::Entity::update_many()
            .assign(file::COLUMN.dropped_at_ms, now_ms)
            .filter(file::COLUMN.id.is_in(given_up.iter().map(|(id, _)| *id)))
            .filter(file::COLUMN.conversation_id.is_null())
            .exec(write.tx)
            .await?;
        Ok(given_up)
    }
}
