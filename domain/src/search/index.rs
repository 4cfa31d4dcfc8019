//! Writes the search index.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ActiveModelTrait, ActiveValue, ConnectionTrait, DbBackend, Iterable};

use crate::command::Write;
use crate::conversation::kind::EntryKind;
use crate::error::Result;
use crate::table::{entry, visitor};

/// The most rows of one statement: a store limits the number of its values.
const AT_ONCE: usize = 1_000;

/// Inserts entries and indexes their words. All entries must be written this way.
pub(crate) async fn insert_entries(
    write: &Write<'_>,
    mut rows: Vec<entry::ActiveModel>,
) -> Result<()> {
    while !rows.is_empty() {
        let some = rows.drain(..rows.len().min(AT_ONCE)).collect();
        insert_some(write, some).await?;
    }
    Ok(())
}

async fn insert_some(write: &Write<'_>, rows: Vec<entry::ActiveModel>) -> Result<()> {
    let backend = write.tx.get_database_backend();
    write.unindexed.set(true);
    let mut columns: Vec<Alias> =
        entry::Column::iter().map(|column| Alias::new(column.to_string())).collect();
    match backend {
        DbBackend::Postgres => columns.push(Alias::new("search")),
        DbBackend::MySql => columns.push(Alias::new("words")),
        _ => {}
    }
    let mut insert = Query::insert();
    insert.into_table(entry::Entity).columns(columns);
    for mut row in rows {
        let words = match row.kind.as_ref() {
            // The text of an event is not for people.
            EntryKind::Event => None,
            // SQLite's index is filled later, in sets.
            _ if backend == DbBackend::Sqlite => None,
            _ => Some(search_words::index(row.text.as_ref())),
        };
        let at_ms = *row.at_ms.as_ref();
        let mut values: Vec<Expr> = entry::Column::iter()
            .filter_map(|column| row.take(column).into_value())
            .map(Expr::val)
            .collect();
        match (words, backend) {
            (Some(words), DbBackend::Postgres) => values.push(Expr::cust_with_values(
                "to_tsvector('simple', $1)",
                [search_words::in_week(&words, at_ms.0)],
            )),
            (Some(words), DbBackend::MySql) => {
                values.push(Expr::val(search_words::in_week(&words, at_ms.0)));
            }
            (None, DbBackend::Postgres | DbBackend::MySql) => values.push(Expr::cust("NULL")),
            _ => {}
        }
        insert.values_panic(values);
    }
    write.tx.execute(&insert).await?;
    Ok(())
}

/// Sets the words by which a visitor is found: their name, email address and user id.
pub(crate) fn index_visitor(write: &Write<'_>, row: &mut visitor::ActiveModel) {
    let fact = |fact: &ActiveValue<Option<String>>| fact.try_as_ref().cloned().flatten();
    let facts = [fact(&row.name), fact(&row.email), fact(&row.user_id)];
    let known: Vec<String> = facts.into_iter().flatten().collect();
    let mut words = search_words::index(&known.join(" "));
    if write.tx.get_database_backend() != DbBackend::Sqlite {
        words = search_words::in_week(&words, 0);
    }
    // Don't write a column that has not changed.
    let words = Some(words).filter(|words| !words.is_empty());
    if row.words.try_as_ref() != Some(&words) {
        row.words = ActiveValue::Set(words);
    }
}
