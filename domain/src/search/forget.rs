//! Removes erased entries from the search index. PostgreSQL and MySQL store the index with the entries, so it
//! is deleted with them. SQLite's index is a separate table.

use protocol::ConversationId;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::store::{Kind, Store};

/// SQLite's index of entries, and its row id column.
const INDEX: &str = "entry_search";
const ROW: &str = "rowid";

/// The most index pages that one step merges. Others can write between the steps.
const PAGES: i64 = 250;

/// The rows of conversations in SQLite's index. They are read in advance, because the index is not ordered by
/// conversation and scanning all of it must not block the writer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Indexed {
    /// The conversations that were looked for. The whole index is searched for any other.
    covered: Vec<ConversationId>,
    /// Conversations, and the row of each entry.
    rows: Vec<(ConversationId, i64)>,
    /// The last row at the time of reading. Only later rows are searched again.
    last: i64,
}

impl Indexed {
    /// Reads the index rows of these conversations.
    pub(crate) async fn read(store: &Store, conversations: &[ConversationId]) -> Result<Self> {
        if store.kind != Kind::Sqlite || conversations.is_empty() {
            return Ok(Self::default());
        }
        let mut last = Query::select();
        last.column(Alias::new(ROW)).from(Alias::new(INDEX));
        last.order_by(Alias::new(ROW), sea_orm::Order::Desc).limit(1);
        let last = match store.reader.query_one(&last).await? {
            Some(row) => row.try_get_by_index(0)?,
            None => 0,
        };
        let mut of_them = rows_of(conversations);
        of_them.and_where(Expr::col(Alias::new(ROW)).lte(last));
        let mut rows = Vec::new();
        for row in store.reader.query_all(&of_them).await? {
            rows.push((row.try_get_by_index(1)?, row.try_get_by_index(0)?));
        }
        Ok(Self { covered: conversations.to_vec(), rows, last })
    }

    /// Returns the rows of one conversation.
    pub(crate) fn of(&self, conversation: ConversationId) -> Self {
        let is_its = |(id, _): &&(ConversationId, i64)| *id == conversation;
        let rows = self.rows.iter().filter(is_its).copied().collect();
        Self { covered: vec![conversation], rows, last: self.last }
    }
}

fn rows_of(conversations: &[ConversationId]) -> SelectStatement {
    let mut select = Query::select();
    select
        .columns([Alias::new(ROW), Alias::new("conversation_id")])
        .from(Alias::new(INDEX))
        .and_where(Expr::col(Alias::new("conversation_id")).is_in(conversations.iter().copied()));
    select
}

/// Removes conversations from the index.
pub(crate) async fn forget(
    write: &Write<'_>,
    conversations: &[ConversationId],
    indexed: &Indexed,
) -> Result<()> {
    if write.tx.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    let mut rows: Vec<i64> = indexed.rows.iter().map(|(_, row)| *row).collect();
    // One that was begun or handed over since then, and those that were looked for, but only in later rows.
    let (covered, others): (Vec<_>, Vec<_>) =
        conversations.iter().copied().partition(|id| indexed.covered.contains(id));
    let mut later = rows_of(&covered);
    later.and_where(Expr::col(Alias::new(ROW)).gt(indexed.last));
    let mut searches = vec![later];
    searches.extend((!others.is_empty()).then(|| rows_of(&others)));
    for search in searches {
        for row in write.tx.query_all(&search).await? {
            rows.push(row.try_get_by_index(0)?);
        }
    }
    for row in rows {
        let mut delete = Query::delete();
        delete
            .from_table(Alias::new(INDEX))
            .and_where(Expr::col(Alias::new(ROW)).eq(row))
            // After an earlier removal, the row id may belong to another conversation.
            .and_where(
                Expr::col(Alias::new("conversation_id")).is_in(conversations.iter().copied()),
            );
        write.tx.execute(&delete).await?;
    }
    Ok(())
}

impl Domain {
    /// Rewrites SQLite's index without the removed words, which until then are still in the file, but not found.
    ///
    /// # Errors
    /// Store errors.
    pub(crate) async fn compact_search(&self) -> Result<()> {
        if self.store.kind != Kind::Sqlite {
            return Ok(());
        }
        // A negative first step merges the whole index (sqlite.org/fts5.html, the `merge` command).
        let mut pages = -PAGES;
        while self.writer.run(Compact { pages }).await? {
            pages = PAGES;
        }
        Ok(())
    }
}

struct Compact {
    pages: i64,
}

impl Command for Compact {
    /// Whether more remains to be done.
    type Output = bool;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<bool> {
        let before = changes(write).await?;
        let merge = format!("INSERT INTO {INDEX} ({INDEX}, rank) VALUES ('merge', {})", self.pages);
        write.tx.execute_unprepared(&merge).await?;
        // The statement itself counts as one change.
        Ok(changes(write).await? - before > 1)
    }
}

async fn changes(write: &Write<'_>) -> Result<i64> {
    let count = Statement::from_string(DbBackend::Sqlite, "SELECT total_changes()");
    match write.tx.query_one_raw(count).await? {
        Some(row) => Ok(row.try_get_by_index(0)?),
        None => Ok(0),
    }
}
