//! Writes what was decided: each table with one statement.

use std::collections::BTreeMap;

use protocol::{ConversationId, LabelId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel, Iterable, ModelTrait};

use crate::command::Write;
use crate::conversation::core::{Decided, Labelled};
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::{agent, conversation, conversation_label, mail, read_cursor, visitor};

/// The most rows of one statement: a store limits the number of its values.
const AT_ONCE: usize = 500;

type Changed = (Option<conversation::Model>, conversation::Model);

/// Writes what was decided, and hands over the events to be published after the commit.
pub(super) async fn write(
    write: &mut Write<'_>,
    changed: Vec<Changed>,
    decided: Decided,
) -> Result<()> {
    let Decided { visitors, entries, labels, attached, mails, cursors, .. } = decided;
    if !visitors.is_empty() {
        visitor::Entity::insert_many(visitors)
            .on_conflict_do_nothing()
            .exec_without_returning(write.tx)
            .await?;
    }
    write_conversations(write, changed).await?;
    write_labels(write, labels).await?;
    crate::search::insert_entries(write, entries).await?;
    for (files, conversation, seq) in attached {
        crate::file::attach(write, &files, conversation, seq).await?;
    }
    if !mails.is_empty() {
        for some in mails.chunks(AT_ONCE) {
            let insert = mail::Entity::insert_many(some.to_vec());
            insert.exec_without_returning(write.tx).await?;
        }
    }
    if !cursors.is_empty() {
        write_cursors(write, cursors).await?;
    }
    for (agent, at_ms) in decided.assigned {
        agent::Entity::update_many()
            .assign(agent::COLUMN.last_assigned_at_ms, at_ms)
            .filter(agent::COLUMN.id.eq(agent))
            .exec(write.tx)
            .await?;
    }
    for event in decided.events {
        write.publish(event);
    }
    Ok(())
}

/// Writes the columns that differ in any of the conversations, so that indexes over the others are not touched.
async fn write_conversations(write: &Write<'_>, mut changed: Vec<Changed>) -> Result<()> {
    // A visitor has at most one unresolved conversation: one that is resolved makes way for another.
    changed.sort_by_key(|(_, after)| after.unresolved_visitor_id.is_some());
    let differs = |column: &conversation::Column| {
        changed.iter().any(|(before, after)| {
            before.as_ref().is_some_and(|before| before.get(*column) != after.get(*column))
        })
    };
    let columns: Vec<conversation::Column> = conversation::Column::iter().filter(differs).collect();
    if let [(Some(_), after)] = &changed[..] {
        let mut update =
            conversation::Entity::update_many().filter(conversation::COLUMN.id.eq(after.id));
        for column in columns {
            update = update.col_expr(column, Expr::val(after.get(column)));
        }
        update.exec(write.tx).await?;
        return Ok(());
    }
    // In MySQL, a new row that collides with another node's must not replace it.
    let (new, known): (Vec<Changed>, Vec<Changed>) =
        changed.into_iter().partition(|(before, _)| before.is_none());
    for some in known.chunks(AT_ONCE) {
        let replace =
            OnConflict::column(conversation::Column::Id).update_columns(columns.clone()).to_owned();
        let insert = conversation::Entity::insert_many(rows(some)).on_conflict(replace);
        insert.exec_without_returning(write.tx).await?;
    }
    for some in new.chunks(AT_ONCE) {
        let insert = conversation::Entity::insert_many(rows(some));
        insert.exec_without_returning(write.tx).await?;
    }
    Ok(())
}

fn rows(changed: &[Changed]) -> impl Iterator<Item = conversation::ActiveModel> {
    changed.iter().map(|(_, after)| after.clone().into_active_model().reset_all())
}

/// Writes what finally became of each label of each conversation.
async fn write_labels(
    write: &Write<'_>,
    labels: Vec<(ConversationId, LabelId, Labelled)>,
) -> Result<()> {
    let last: BTreeMap<_, _> = labels
        .into_iter()
        .map(|(conversation, label, what)| ((conversation, label), what))
        .collect();
    let mut on = Vec::new();
    for ((conversation_id, label_id), what) in last {
        match what {
            Labelled::On => on.push(conversation_label::ActiveModel {
                conversation_id: Set(conversation_id),
                label_id: Set(label_id),
            }),
            Labelled::Off => {
                let key = (conversation_id, label_id);
                conversation_label::Entity::delete_by_id(key).exec(write.tx).await?;
            }
        }
    }
    if !on.is_empty() {
        conversation_label::Entity::insert_many(on)
            .on_conflict_do_nothing()
            .exec_without_returning(write.tx)
            .await?;
    }
    Ok(())
}

/// Writes the last of the positions of each agent in each conversation.
async fn write_cursors(
    write: &Write<'_>,
    mut cursors: Vec<read_cursor::ActiveModel>,
) -> Result<()> {
    // A statement may not change a row twice.
    let key = |row: &read_cursor::ActiveModel| {
        (row.conversation_id.clone().take(), row.agent_id.clone().take())
    };
    cursors.reverse();
    cursors.sort_by_key(key);
    cursors.dedup_by_key(|row| key(row));
    let replace =
        OnConflict::columns([read_cursor::Column::ConversationId, read_cursor::Column::AgentId])
            .update_columns([read_cursor::Column::Seq, read_cursor::Column::VisitorMessages])
            .to_owned();
    read_cursor::Entity::insert_many(cursors)
        .on_conflict(replace)
        .exec_without_returning(write.tx)
        .await?;
    Ok(())
}
