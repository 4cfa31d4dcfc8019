//! Removing what was uploaded and never sent.

use async_trait::async_trait;
use protocol::FileId;
use protocol::limits::UNSENT_FILE_MS;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;

use crate::Domain;
use crate::error::Result;
use crate::table::file;
use crate::writer::{Command, Shard, Write};

/// How many files are given up in one transaction.
const AT_A_TIME: u64 = 100;

impl Domain {
    /// Removes files that nobody sent within a day: given up first, so that no message can carry
    /// them any more, then their content, then their rows. What fails is left for the next time.
    ///
    /// # Errors
    /// The store's, and the shelf's.
    pub async fn sweep_files(&self) -> Result<()> {
        loop {
            let given_up = self.writer.run(GiveUp).await?;
            for id in &given_up {
                self.shelf.remove(*id).await?;
                file::Entity::delete_by_id(id.0).exec(&self.store.reader).await?;
            }
            if (given_up.len() as u64) < AT_A_TIME {
                return Ok(());
            }
        }
    }
}

struct GiveUp;

#[async_trait]
impl Command for GiveUp {
    type Output = Vec<FileId>;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Vec<FileId>> {
        let now_ms = write.ambient.now_ms();
        let before_ms = now_ms.saturating_sub(UNSENT_FILE_MS) as i64;
        let ids: Vec<Uuid> = file::Entity::find()
            .select_only()
            .column(file::Column::Id)
            .filter(file::Column::ConversationId.is_null())
            .filter(file::Column::CreatedAtMs.lt(before_ms))
            .limit(AT_A_TIME)
            .lock_exclusive()
            .into_tuple()
            .all(write.tx)
            .await?;
        file::Entity::update_many()
            .col_expr(file::Column::DroppedAtMs, Expr::value(now_ms as i64))
            .filter(file::Column::Id.is_in(ids.iter().copied()))
            .filter(file::Column::ConversationId.is_null())
            .exec(write.tx)
            .await?;
        Ok(ids.into_iter().map(FileId).collect())
    }
}
