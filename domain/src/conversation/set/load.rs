//! Reads what a set of decisions needs: the conversations, locked in the order of their ids, and then what belongs to
//! them, with one query for all tables.

use std::collections::{BTreeSet, HashMap, HashSet};

use protocol::{ClientId, ConversationId, Seq, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};

use super::beside::{Beside, Wanted, beside};
use crate::command::Write;
use crate::conversation::LogEntry;
use crate::conversation::core::{Desk, Needs, Place};
use crate::error::Result;
use crate::table::{conversation, entry, file};

/// Reads what is needed and not on the desk yet.
pub(super) async fn load(write: &Write<'_>, desk: &mut Desk<'_>, needs: Needs) -> Result<()> {
    let Needs { mut conversations, mut visitors, sent, files, cursors } = needs;
    conversations.retain(|id| !desk.has(*id));
    visitors.retain(|id| !desk.knows_latest(*id));
    let mut rows = lock(write, &conversations, &visitors).await?;
    for id in &conversations {
        if !rows.iter().any(|row| row.id == *id) {
            desk.put_missing(*id);
        }
    }
    let mut latest: HashMap<VisitorId, ConversationId> = HashMap::new();
    for row in &rows {
        if let Some(visitor) = row.unresolved_visitor_id {
            latest.insert(visitor, row.id);
        }
    }
    let without: Vec<VisitorId> =
        visitors.iter().copied().filter(|id| !latest.contains_key(id)).collect();
    if !without.is_empty() {
        let known: HashSet<ConversationId> = rows.iter().map(|row| row.id).collect();
        let resolved = latest_of(write, &without).await?;
        let others: BTreeSet<ConversationId> =
            resolved.values().copied().filter(|id| !known.contains(id) && !desk.has(*id)).collect();
        rows.extend(lock(write, &others, &BTreeSet::new()).await?);
        latest.extend(resolved);
    }
    for visitor in &visitors {
        desk.put_latest(*visitor, latest.get(visitor).copied());
    }
    let sent: Vec<(ConversationId, ClientId)> = sent
        .into_iter()
        .filter_map(|(place, client_id)| match place {
            Place::Conversation(id) => Some((id, client_id)),
            Place::OfVisitor(visitor) => Some((desk.latest_of(visitor)?, client_id)),
        })
        .collect();
    visitors.extend(rows.iter().map(|row| row.visitor_id));
    rows.retain(|row| !desk.has(row.id));
    let wanted = Wanted { rows: &rows, visitors: &visitors, sent: &sent, cursors: &cursors };
    let Beside { revision, mut labels, mut mails, duplicates } =
        beside(write, desk, &wanted).await?;
    desk.set_directory(write.directories.at(write.tx, write.ambient, revision).await?);
    for row in rows {
        let labels = labels.remove(&row.id).unwrap_or_default();
        let mail = mails.remove(&row.id).unwrap_or_default();
        desk.put(row, labels, mail);
    }
    if !duplicates.is_empty() {
        for row in entries(write, &duplicates).await? {
            desk.put_sent(LogEntry::from_row(row)?);
        }
    }
    if !files.is_empty() {
        let rows = file::Entity::find()
            .filter(file::COLUMN.id.is_in(files))
            .order_by_asc(file::Column::Id)
            .lock_exclusive()
            .all(write.tx)
            .await?;
        for row in rows {
            desk.put_file(row);
        }
    }
    Ok(())
}

/// Locks conversations by their ids, and the unresolved ones of visitors, until the end of this transaction.
async fn lock(
    write: &Write<'_>,
    ids: &BTreeSet<ConversationId>,
    visitors: &BTreeSet<VisitorId>,
) -> Result<Vec<conversation::Model>> {
    if ids.is_empty() && visitors.is_empty() {
        return Ok(Vec::new());
    }
    let of_visitors = conversation::COLUMN.unresolved_visitor_id.is_in(visitors.iter().copied());
    let wanted = Condition::any()
        .add_option((!ids.is_empty()).then(|| conversation::COLUMN.id.is_in(ids.iter().copied())))
        .add_option((!visitors.is_empty()).then_some(of_visitors));
    Ok(conversation::Entity::find()
        .filter(wanted)
        .order_by_asc(conversation::Column::Id)
        .lock_exclusive()
        .all(write.tx)
        .await?)
}

/// The latest conversation of each of these visitors, who have no unresolved one.
async fn latest_of(
    write: &Write<'_>,
    visitors: &[VisitorId],
) -> Result<HashMap<VisitorId, ConversationId>> {
    let rows: Vec<(VisitorId, ConversationId)> = conversation::Entity::find()
        .select_only()
        .column(conversation::Column::VisitorId)
        .column(conversation::Column::Id)
        .filter(conversation::COLUMN.visitor_id.is_in(visitors.iter().copied()))
        .order_by_asc(conversation::Column::CreatedAtMs)
        .order_by_asc(conversation::Column::Id)
        .into_tuple()
        .all(write.tx)
        .await?;
    // The last one stays.
    Ok(rows.into_iter().collect())
}

async fn entries(write: &Write<'_>, wanted: &[(ConversationId, Seq)]) -> Result<Vec<entry::Model>> {
    let one = |(id, seq): &(ConversationId, Seq)| {
        Condition::all().add(entry::COLUMN.conversation_id.eq(*id)).add(entry::COLUMN.seq.eq(*seq))
    };
    let any = wanted.iter().map(one).fold(Condition::any(), Condition::add);
    Ok(entry::Entity::find().filter(any).all(write.tx).await?)
}
