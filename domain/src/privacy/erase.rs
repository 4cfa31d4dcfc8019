//! Erases a person: first their rows, then their blobs, then what remains in search indexes.

use protocol::{
    ConversationId, Erased, ErrorCode, FileId, InboundState, InboxId, UnixMillis, VisitorId,
};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect, Select};

use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::hub::HubEvent;
use crate::search::Indexed;
use crate::table::column::Assign;
use crate::table::{
    audit, block, conversation, conversation_label, entry, file, inbound_mail, mail, mail_address,
    read_cursor, visitor,
};

/// Replaces the name of an erased person in the audit log.
const GONE: &str = "somebody who was erased";

impl Domain {
    /// Erases a visitor and all data retained about them: their profile, their conversations with all
    /// entries, files, emails, search index entries, and their name in the audit log. Their browsers start
    /// over as new visitors.
    ///
    /// Data that the database deleted may remain on its disk for a while: see `docs/SECURITY.md`.
    ///
    /// # Errors
    /// `visitor_unknown`; store errors. A blob that can't be removed now is removed by a later sweep.
    pub async fn erase_visitor(&self, id: VisitorId) -> Result<Erased> {
        let theirs: Vec<ConversationId> = conversation::Entity::find()
            .select_only()
            .column(conversation::Column::Id)
            .filter(conversation::COLUMN.visitor_id.eq(id))
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        self.index_all().await?;
        let indexed = Indexed::read(&self.store, &theirs).await?;
        let erased = self.writer.run(EraseVisitor { id, indexed }).await?;
        self.hub().disconnect_visitor(id, None);
        self.clear_away().await?;
        Ok(erased)
    }

    /// Removes erased data from the blob store and from search indexes.
    pub(super) async fn clear_away(&self) -> Result<()> {
        self.sweep_files().await?;
        self.sweep_inbound().await?;
        self.compact_search().await?;
        Ok(self.store.forget_log().await?)
    }
}

/// Selects the files of a visitor and of these conversations.
pub(super) fn files_of(
    visitor: Option<VisitorId>,
    conversations: &[ConversationId],
) -> Select<file::Entity> {
    let of = Condition::any()
        .add(file::COLUMN.conversation_id.is_in(conversations.iter().copied()))
        .add_option(visitor.map(|visitor| file::COLUMN.visitor_id.eq(visitor)));
    file::Entity::find().filter(of)
}

struct EraseVisitor {
    id: VisitorId,
    indexed: Indexed,
}

impl Command for EraseVisitor {
    type Output = Erased;

    fn shard(&self) -> Shard {
        Shard::of(self.id)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Erased> {
        let query = visitor::Entity::find_by_id(self.id).lock_exclusive();
        let who = query.one(write.tx).await?.ok_or(ErrorCode::VisitorUnknown)?;
        let theirs = conversation::Entity::find()
            .filter(conversation::COLUMN.visitor_id.eq(self.id))
            .order_by_asc(conversation::Column::Id)
            .lock_exclusive()
            .all(write.tx)
            .await?;
        let ids: Vec<ConversationId> = theirs.iter().map(|row| row.id).collect();
        let mut erased = conversations(write, &ids, &self.indexed).await?;
        erased.files += give_up(write, files_of(Some(self.id), &[])).await?;
        erased += remove_visitor(write, &who).await?;
        tell(write, &theirs);
        Ok(erased)
    }
}

/// Erases a conversation if it has no newer entries.
pub(super) struct EraseOld {
    pub(super) id: ConversationId,
    pub(super) before_ms: UnixMillis,
    pub(super) indexed: Indexed,
}

impl Command for EraseOld {
    type Output = Erased;

    fn shard(&self) -> Shard {
        Shard::of(self.id)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Erased> {
        let query = conversation::Entity::find_by_id(self.id).lock_exclusive();
        let found = query.one(write.tx).await?.filter(|row| row.last_at_ms < self.before_ms);
        let Some(row) = found else { return Ok(Erased::default()) };
        let mut erased = conversations(write, &[row.id], &self.indexed).await?;
        let others = conversation::Entity::find()
            .filter(conversation::COLUMN.visitor_id.eq(row.visitor_id))
            .count(write.tx)
            .await?;
        let query = visitor::Entity::find_by_id(row.visitor_id).lock_exclusive();
        let who = query.one(write.tx).await?.filter(|_| others == 0);
        // A visitor who was connected since then stays, with the data they gave about themselves.
        let is_old =
            |who: &visitor::Model| who.last_seen_at_ms.unwrap_or(UnixMillis::ZERO) < self.before_ms;
        if let Some(who) = who.filter(is_old) {
            erased.files += give_up(write, files_of(Some(who.id), &[])).await?;
            erased += remove_visitor(write, &who).await?;
        }
        tell(write, &[row]);
        Ok(erased)
    }
}

fn tell(write: &mut Write<'_>, gone: &[conversation::Model]) {
    for row in gone {
        let (inbox, conversation) = (row.inbox_id, row.id);
        write.publish(HubEvent::Erased { inbox, conversation, visitor: row.visitor_id });
    }
    if gone.iter().any(|row| row.queued_at_ms.is_some()) {
        write.publish(HubEvent::QueueMoved);
    }
}

/// Erases conversations and everything that belongs to them.
async fn conversations(
    write: &Write<'_>,
    ids: &[ConversationId],
    indexed: &Indexed,
) -> Result<Erased> {
    if ids.is_empty() {
        return Ok(Erased::default());
    }
    let all = || ids.iter().copied();
    let tx = write.tx;
    crate::search::forget(write, ids, indexed).await?;
    let files = give_up(write, files_of(None, ids)).await?;
    let of = inbound_mail::COLUMN.conversation_id.is_in(all());
    let mut mails = discard(write, Condition::all().add(of)).await?;
    let of = mail::COLUMN.conversation_id.is_in(all());
    mails += mail::Entity::delete_many().filter(of).exec(tx).await?.rows_affected;
    let of = read_cursor::COLUMN.conversation_id.is_in(all());
    read_cursor::Entity::delete_many().filter(of).exec(tx).await?;
    let of = conversation_label::COLUMN.conversation_id.is_in(all());
    conversation_label::Entity::delete_many().filter(of).exec(tx).await?;
    let of = entry::COLUMN.conversation_id.is_in(all());
    let entries = entry::Entity::delete_many().filter(of).exec(tx).await?.rows_affected;
    let of = conversation::COLUMN.id.is_in(all());
    let conversations =
        conversation::Entity::delete_many().filter(of).exec(tx).await?.rows_affected;
    unname(write, ids.iter().map(|id| id.0)).await?;
    Ok(Erased { conversations, entries, files, mails })
}

/// Erases a visitor without conversations.
async fn remove_visitor(write: &Write<'_>, who: &visitor::Model) -> Result<Erased> {
    let tx = write.tx;
    let mut erased = Erased::default();
    let theirs = block::COLUMN.visitor_id.eq(who.id);
    block::Entity::delete_many().filter(theirs).exec(tx).await?;
    unname_blocks(write, who).await?;
    visitor::Entity::delete_by_id(who.id).exec(tx).await?;
    unname(write, [who.id.0]).await?;
    if let Some(address) = &who.email {
        erased.mails += forget_address(write, who.inbox_id, address).await?;
    }
    Ok(erased)
}

/// The block of a visitor's network stays until it expires, but without the visitor's name.
pub(super) async fn unname_blocks(write: &Write<'_>, who: &visitor::Model) -> Result<()> {
    let Some(network) = &who.network else { return Ok(()) };
    block::Entity::update_many()
        .assign(block::COLUMN.name, "A visitor")
        .filter(block::COLUMN.inbox_id.eq(who.inbox_id))
        .filter(block::COLUMN.network.eq(network))
        .exec(write.tx)
        .await?;
    Ok(())
}

/// Erases what is retained about an email address apart from visitors, unless another visitor of the inbox has it.
pub(super) async fn forget_address(
    write: &Write<'_>,
    inbox: InboxId,
    address: &str,
) -> Result<u64> {
    let has_it = visitor::Entity::find()
        .filter(visitor::COLUMN.inbox_id.eq(inbox))
        .filter(visitor::COLUMN.email.eq(address))
        .count(write.tx)
        .await?;
    if has_it > 0 {
        return Ok(0);
    }
    mail_address::Entity::delete_by_id((inbox, address.to_owned())).exec(write.tx).await?;
    let from_it = Condition::all()
        .add(inbound_mail::COLUMN.inbox_id.eq(inbox))
        .add(inbound_mail::COLUMN.sender.eq(address))
        .add(inbound_mail::COLUMN.conversation_id.is_null());
    discard(write, from_it).await
}

/// Drops files: no entry has them attached, their details are cleared, and a sweep removes their content.
pub(super) async fn give_up(write: &Write<'_>, files: Select<file::Entity>) -> Result<u64> {
    let rows: Vec<FileId> = files
        .select_only()
        .column(file::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(write.tx)
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let given_up = file::Entity::update_many()
        .clear(file::COLUMN.conversation_id)
        .clear(file::COLUMN.seq)
        .clear(file::COLUMN.visitor_id)
        .clear(file::COLUMN.inbox_id)
        .assign(file::COLUMN.name, "")
        .assign(file::COLUMN.dropped_at_ms, write.ambient.now_ms())
        // Older than the sweep's threshold, so that the next sweep removes it.
        .assign(file::COLUMN.created_at_ms, UnixMillis::ZERO)
        .filter(file::COLUMN.id.is_in(rows))
        .exec(write.tx)
        .await?;
    Ok(given_up.rows_affected)
}

/// Discards inbound emails: their details are cleared, and a sweep removes them.
async fn discard(write: &Write<'_>, of: Condition) -> Result<u64> {
    use inbound_mail::COLUMN;

    let discarded = inbound_mail::Entity::update_many()
        .assign(COLUMN.state, InboundState::Discarded)
        .clear(COLUMN.reason)
        .clear(COLUMN.allowed)
        .clear(COLUMN.sender)
        .clear(COLUMN.sender_name)
        .clear(COLUMN.subject)
        .clear(COLUMN.message_id)
        .clear(COLUMN.conversation_id)
        .clear(COLUMN.seq)
        .clear(COLUMN.whole)
        .clear(COLUMN.left_out)
        .clear(COLUMN.checked)
        .assign(COLUMN.settled_at_ms, UnixMillis::ZERO)
        .filter(of)
        .exec(write.tx)
        .await?;
    Ok(discarded.rows_affected)
}

/// The audit log still shows that something was done, but no longer the person's name.
async fn unname(write: &Write<'_>, subjects: impl IntoIterator<Item = Uuid>) -> Result<()> {
    audit::Entity::update_many()
        .assign(audit::COLUMN.subject, GONE)
        .filter(audit::COLUMN.subject_id.is_in(subjects))
        .exec(write.tx)
        .await?;
    Ok(())
}
