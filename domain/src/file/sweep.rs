//! Removing what was uploaded and never sent.

use async_trait::async_trait;
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
    /// The store's.
    pub async fn sweep_files(&self) -> Result<()> {
        loop {
            let given_up = self.writer.run(GiveUp).await?;
            let mut removed = 0;
            for (id, place) in &given_up {
                // One that can't be removed must not keep the others.
                if let Err(error) = self.shelf.remove(*place).await {
                    tracing::warn!(%error, %id, "a file that nobody sent could not be removed");
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

#[async_trait]
impl Command for GiveUp {
    /// Files, and where they lie.
    type Output = Vec<(Uuid, Uuid)>;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Vec<(Uuid, Uuid)>> {
        let now_ms = write.ambient.now_ms();
        let before_ms = now_ms.saturating_sub(UNSENT_FILE_MS) as i64;
        let given_up: Vec<(Uuid, Uuid)> = file::Entity::find()
            .select_only()
            .column(file::Column::Id)
            .column(file::Column::Place)
            .filter(file::Column::ConversationId.is_null())
            .filter(file::Column::CreatedAtMs.lt(before_ms))
            .limit(AT_A_TIME)
            .lock_exclusive()
            .into_tuple()
            .all(write.tx)
            .await?;
        file::Entity::update_many()
            .col_expr(file::Column::DroppedAtMs, Expr::value(now_ms as i64))
            .filter(file::Column::Id.is_in(given_up.iter().map(|(id, _)| *id)))
            .filter(file::Column::ConversationId.is_null())
            .exec(write.tx)
            .await?;
        Ok(given_up)
    }
}
