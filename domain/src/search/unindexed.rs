//! Fills SQLite's search index in sets, within a second. A search waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use protocol::{ConversationId, Seq, UnixMillis};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::table::entry;

/// The messages that the index lacks, and their row ids.
const UNINDEXED: &str = "unindexed_entry";
const ID: &str = "id";

/// The most messages that one step indexes. Others can write between the steps.
const AT_ONCE: u64 = 500;

/// Whether the index may lack messages. Clones share it.
#[derive(Clone)]
pub(crate) struct Unindexed {
    has_any: Arc<AtomicBool>,
    /// The other stores have the index in the table itself.
    is_apart: bool,
}

impl Unindexed {
    /// Whether it lacks any is not known when a program starts.
    pub(crate) fn new(backend: DbBackend) -> Self {
        let is_apart = backend == DbBackend::Sqlite;
        Self { has_any: Arc::new(AtomicBool::new(is_apart)), is_apart }
    }

    /// Whether the index may lack messages.
    pub(crate) fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Acquire)
    }

    /// To be cleared only after the commit of what filled the index.
    pub(crate) fn set(&self, has_any: bool) {
        self.has_any.store(has_any && self.is_apart, Ordering::Release);
    }
}

/// Indexes the next messages. Returns whether there are more.
pub(crate) struct IndexEntries;

impl Command for IndexEntries {
    type Output = bool;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<bool> {
        let unindexed =
            |column: &'static str| Expr::col((Alias::new(UNINDEXED), Alias::new(column)));
        let mut select = Query::select();
        select
            .expr(unindexed(ID))
            .columns([
                (entry::Entity, entry::Column::ConversationId),
                (entry::Entity, entry::Column::Seq),
                (entry::Entity, entry::Column::AtMs),
                (entry::Entity, entry::Column::Text),
            ])
            .from(Alias::new(UNINDEXED))
            // An entry may have been erased.
            .left_join(
                entry::Entity,
                Expr::col((entry::Entity, entry::Column::ConversationId))
                    .eq(unindexed("conversation_id"))
                    .and(Expr::col((entry::Entity, entry::Column::Seq)).eq(unindexed("seq"))),
            )
            .order_by((Alias::new(UNINDEXED), Alias::new(ID)), Order::Asc)
            .limit(AT_ONCE);
        let rows = write.tx.query_all(&select).await?;
        let has_more = rows.len() as u64 == AT_ONCE;
        let mut insert = Query::insert();
        insert.into_table(Alias::new("entry_search"));
        insert.columns(["words", "conversation_id", "seq", "at_ms"].map(Alias::new));
        let (mut last, mut is_any) = (None::<i64>, false);
        for row in rows {
            last = Some(row.try_get_by_index(0)?);
            let id: Option<ConversationId> = row.try_get_by_index(1)?;
            let Some(id) = id else { continue };
            let (seq, at_ms): (Seq, UnixMillis) =
                (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
            let text: String = row.try_get_by_index(4)?;
            let words = search_words::index(&text);
            insert.values_panic([words.into(), id.into(), seq.into(), at_ms.into()]);
            is_any = true;
        }
        if is_any {
            write.tx.execute(&insert).await?;
        }
        if let Some(last) = last {
            let mut delete = Query::delete();
            delete.from_table(Alias::new(UNINDEXED)).and_where(Expr::col(Alias::new(ID)).lte(last));
            write.tx.execute(&delete).await?;
        }
        Ok(has_more)
    }
}
