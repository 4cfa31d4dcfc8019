//! Runs the search queries of each store.

use protocol::{ConversationId, Seq, UnixMillis};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query as Select, SelectStatement};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::query::Query;
use super::terms::Terms;
use crate::Domain;
use crate::agent::Agent;
use crate::conversation::condition;
use crate::error::Result;
use crate::store::Kind;
use crate::table::{conversation, visitor};

/// The most matching messages that are ranked, newest first: a search for a word that is in every message
/// must not read all of them.
const RANKED: u64 = 1_000;

/// A search result.
pub(super) enum Found {
    Entry { conversation: ConversationId, seq: Seq },
    Visitor { conversation: ConversationId, text: String },
}

impl Found {
    pub(super) fn conversation(&self) -> ConversationId {
        match self {
            Self::Entry { conversation, .. } | Self::Visitor { conversation, .. } => *conversation,
        }
    }
}

#[derive(FromQueryResult)]
struct EntryRow {
    conversation_id: ConversationId,
    seq: Seq,
    at_ms: UnixMillis,
    score: f64,
}

#[derive(FromQueryResult)]
struct Span {
    first: Option<UnixMillis>,
    last: Option<UnixMillis>,
}

#[derive(FromQueryResult)]
struct VisitorRow {
    conversation_id: ConversationId,
    name: Option<String>,
    email: Option<String>,
    user_id: Option<String>,
}

impl Domain {
    /// Finds messages and notes that contain all terms, best first.
    pub(super) async fn find_entries(
        &self,
        agent: &Agent,
        query: &Query,
        terms: &Terms,
    ) -> Result<Vec<Found>> {
        let kind = self.store.kind;
        let mut rows: Vec<EntryRow> = Vec::new();
        // SQLite's index can be read from its end. The others read all matches of a word, so they are queried
        // week by week.
        let groups =
            if kind == Kind::Sqlite { vec![Vec::new()] } else { self.weeks(query).await? };
        for weeks in groups {
            let asked = asked(kind, terms, &weeks);
            let room = RANKED - rows.len() as u64;
            rows.extend(self.rows(&entries(kind, agent, query, &asked, room)).await?);
            if rows.len() as u64 >= RANKED {
                break;
            }
        }
        rows.sort_by(|one, other| {
            other.score.total_cmp(&one.score).then(other.at_ms.cmp(&one.at_ms))
        });
        let found =
            |row: EntryRow| Found::Entry { conversation: row.conversation_id, seq: row.seq };
        Ok(rows.into_iter().map(found).collect())
    }

    /// Returns the weeks that may contain messages, latest first, in groups that double in size: a common
    /// word is found in the first few weeks, and a rare one does not take many queries.
    async fn weeks(&self, query: &Query) -> Result<Vec<Vec<String>>> {
        let mut select = Select::select();
        select
            .expr_as(Expr::col(conversation::Column::CreatedAtMs).min(), Alias::new("first"))
            .expr_as(Expr::col(conversation::Column::LastAtMs).max(), Alias::new("last"))
            .from(conversation::Entity);
        let span: Option<Span> = self.rows(&select).await?.pop();
        let Some((first_ms, last_ms)) = span.and_then(|span| span.first.zip(span.last)) else {
            return Ok(Vec::new());
        };
        let until_ms = query.until_ms.unwrap_or(last_ms);
        let last_ms = Ord::min(until_ms, last_ms);
        let from_ms = query.from_ms.unwrap_or_default();
        Ok(search_words::weeks(Ord::max(first_ms, from_ms).0, last_ms.0))
    }

    /// Finds conversations whose visitor has all terms in their name, email address or user id, most recent first.
    pub(super) async fn find_visitors(
        &self,
        agent: &Agent,
        query: &Query,
        terms: &Terms,
        limit: u64,
    ) -> Result<Vec<Found>> {
        let kind = self.store.kind;
        let mut select = Select::select();
        select
            .expr_as(
                Expr::col((conversation::Entity, conversation::Column::Id)),
                Alias::new("conversation_id"),
            )
            .column((visitor::Entity, visitor::Column::Name))
            .column((visitor::Entity, visitor::Column::Email))
            .column((visitor::Entity, visitor::Column::UserId))
            .from(visitor::Entity)
            .inner_join(
                conversation::Entity,
                Expr::col((conversation::Entity, conversation::Column::VisitorId))
                    .equals((visitor::Entity, visitor::Column::Id)),
            )
            .cond_where(condition(&query.filter))
            .cond_where(agent.visibility.condition(conversation::COLUMN.inbox_id))
            .order_by((conversation::Entity, conversation::Column::LastAtMs), Order::Desc)
            .limit(limit);
        if kind == Kind::Sqlite {
            let search = Alias::new("visitor_search");
            select.inner_join(
                search.clone(),
                Expr::col((search, Alias::new("visitor_id")))
                    .equals((visitor::Entity, visitor::Column::Id)),
            );
        }
        let asked = asked(kind, terms, &[search_words::week(0)]);
        select.and_where(matches(kind, "visitor", &asked));
        let rows: Vec<VisitorRow> = self.rows(&select).await?;
        let found = |row: VisitorRow| {
            let facts = [row.name, row.email, row.user_id];
            let text = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
            Found::Visitor { conversation: row.conversation_id, text }
        };
        Ok(rows.into_iter().map(found).collect())
    }

    async fn rows<T: FromQueryResult>(&self, select: &SelectStatement) -> Result<Vec<T>> {
        let db = &self.store.reader;
        let rows = db.query_all(select).await?;
        Ok(rows
            .iter()
            .map(|row| T::from_query_result(row, ""))
            .collect::<std::result::Result<_, _>>()?)
    }
}

/// Selects the latest messages that match.
fn entries(kind: Kind, agent: &Agent, query: &Query, asked: &str, limit: u64) -> SelectStatement {
    // SQLite's index is a separate table with all columns that the conditions need.
    let table = match kind {
        Kind::Sqlite => "entry_search",
        Kind::Postgres | Kind::MySql => "entry",
    };
    let column = |name: &str| Expr::col((Alias::new(table), Alias::new(name)));
    let mut select = Select::select();
    select
        .column((Alias::new(table), Alias::new("conversation_id")))
        .column((Alias::new(table), Alias::new("seq")))
        .column((Alias::new(table), Alias::new("at_ms")))
        .expr_as(score(kind, asked), Alias::new("score"))
        .from(Alias::new(table))
        .inner_join(
            conversation::Entity,
            Expr::col((conversation::Entity, conversation::Column::Id))
                .equals((Alias::new(table), Alias::new("conversation_id"))),
        )
        .and_where(matches(kind, "entry", asked))
        .cond_where(condition(&query.filter))
        .cond_where(agent.visibility.condition(conversation::COLUMN.inbox_id))
        .limit(limit);
    if let Some(from_ms) = query.from_ms {
        select.and_where(column("at_ms").gte(from_ms));
    }
    if let Some(until_ms) = query.until_ms {
        select.and_where(column("at_ms").lt(until_ms));
    }
    match kind {
        // The order of the index, so that nothing needs to be sorted.
        Kind::Sqlite => select.order_by((Alias::new(table), Alias::new("rowid")), Order::Desc),
        Kind::Postgres | Kind::MySql => {
            select.order_by((Alias::new(table), Alias::new("at_ms")), Order::Desc)
        }
    };
    select
}

fn asked(kind: Kind, terms: &Terms, weeks: &[String]) -> String {
    match kind {
        Kind::Sqlite => terms.for_sqlite(),
        Kind::Postgres => terms.for_postgres(weeks),
        Kind::MySql => terms.for_mysql(weeks),
    }
}

/// Whether an entry or a visitor matches all terms.
fn matches(kind: Kind, table: &str, asked: &str) -> Expr {
    let sql = match kind {
        Kind::Sqlite => format!("{table}_search MATCH ?"),
        Kind::Postgres => format!("{table}.search @@ to_tsquery('simple', $1)"),
        Kind::MySql => format!("MATCH ({table}.words) AGAINST (? IN BOOLEAN MODE)"),
    };
    Expr::cust_with_values(sql, [asked])
}

/// The rank of a message: higher is better.
fn score(kind: Kind, asked: &str) -> Expr {
    match kind {
        Kind::Sqlite => Expr::cust("-bm25(entry_search)"),
        Kind::Postgres => Expr::cust_with_values(
            "ts_rank_cd(entry.search, to_tsquery('simple', $1))::float8",
            [asked],
        ),
        Kind::MySql => Expr::cust_with_values(
            "CAST(MATCH (entry.words) AGAINST (? IN BOOLEAN MODE) AS DOUBLE)",
            [asked],
        ),
    }
}
