//! Writes the search index.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ActiveModelTrait, ActiveValue, ConnectionTrait, DbBackend, Iterable};

use crate::conversation::kind::EntryKind;
use crate::error::Result;
use crate::table::{entry, visitor};
use crate::writer::Write;

/// Inserts an entry and indexes its words. All entries must be written this way.
pub(crate) async fn insert_entry(write: &Write<'_>, mut row: entry::ActiveModel) -> Result<()> {
    let backend = write.tx.get_database_backend();
    let words = match row.kind.as_ref() {
        // The text of an event is not for people.
        EntryKind::Event => None,
        _ => Some(search_words::index(row.text.as_ref())),
    };
    let (id, seq, at_ms) = (*row.conversation_id.as_ref(), *row.seq.as_ref(), *row.at_ms.as_ref());

    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for column in entry::Column::iter() {
        if let Some(value) = row.take(column).into_value() {
            columns.push(Alias::new(column.to_string()));
            values.push(Expr::val(value));
        }
    }
    match (&words, backend) {
        (Some(words), DbBackend::Postgres) => {
            columns.push(Alias::new("search"));
            values.push(Expr::cust_with_values(
                "to_tsvector('simple', $1)",
                [search_words::in_week(words, at_ms.0)],
            ));
        }
        (Some(words), DbBackend::MySql) => {
            columns.push(Alias::new("words"));
            values.push(Expr::val(search_words::in_week(words, at_ms.0)));
        }
        _ => {}
    }
    let mut insert = Query::insert();
    insert.into_table(entry::Entity).columns(columns).values_panic(values);
    write.tx.execute(&insert).await?;

    if let (Some(words), DbBackend::Sqlite) = (words, backend) {
        let mut insert = Query::insert();
        insert.into_table(Alias::new("entry_search"));
        insert.columns(["words", "conversation_id", "seq", "at_ms"].map(Alias::new));
        insert.values_panic([words.into(), id.into(), seq.into(), at_ms.into()]);
        write.tx.execute(&insert).await?;
    }
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
