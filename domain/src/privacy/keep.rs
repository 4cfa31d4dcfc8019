//! Retention: erases what an inbox no longer retains.

use protocol::{ConversationId, Erased, FileId, InboxId, UnixMillis, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{ActiveValue::Set, Condition, IntoActiveModel, QueryOrder, QuerySelect};

use super::erase::{EraseOld, forget_address, give_up, unname_blocks};
use crate::Domain;
use crate::audit::{Actor, AuditAction};
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::inbox::Inbox;
use crate::search::Indexed;
use crate::table::column::Assign;
use crate::table::{conversation, file, mail, visitor};
use crate::visitor::Vouched;

/// The most rows that are handled at a time.
const AT_A_TIME: u64 = 100;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

impl Domain {
    /// Erases what the inboxes no longer retain, and records the totals in the audit log.
    ///
    /// # Errors
    /// Store errors.
    pub async fn erase_old(&self) -> Result<()> {
        let mut is_any = false;
        for inbox in self.list_inboxes().await? {
            let erased = self.erase_conversations(&inbox).await?;
            let files = self.erase_files(&inbox).await?;
            let addresses = self.erase_addresses(&inbox).await?;
            if erased == Erased::default() && files + addresses == 0 {
                continue;
            }
            is_any = true;
            let files = files + erased.files;
            let said = format!(
                "{} ({} conversations, {files} files, {addresses} addresses)",
                inbox.name, erased.conversations
            );
            self.audit(Actor::System, AuditAction::OldErased, Some((inbox.id.0, said)), None)
                .await?;
        }
        if is_any {
            self.clear_away().await?;
        }
        Ok(())
    }

    /// The time before which data is too old.
    fn before_ms(&self, days: u32) -> UnixMillis {
        self.ambient.now_ms() - u64::from(days) * DAY_MS
    }

    async fn erase_conversations(&self, inbox: &Inbox) -> Result<Erased> {
        let mut erased = Erased::default();
        let Some(days) = inbox.retention.conversations_days else { return Ok(erased) };
        let before_ms = self.before_ms(days);
        loop {
            let old: Vec<ConversationId> = conversation::Entity::find()
                .select_only()
                .column(conversation::Column::Id)
                .filter(conversation::COLUMN.inbox_id.eq(inbox.id))
                .filter(conversation::COLUMN.last_at_ms.lt(before_ms))
                .order_by_asc(conversation::Column::LastAtMs)
                .limit(AT_A_TIME)
                .into_tuple()
                .all(&self.store.reader)
                .await?;
            self.index_all().await?;
            let indexed = Indexed::read(&self.store, &old).await?;
            for id in &old {
                let (id, indexed) = (*id, indexed.of(*id));
                erased += self.writer.run(EraseOld { id, before_ms, indexed }).await?;
            }
            if (old.len() as u64) < AT_A_TIME {
                return Ok(erased);
            }
        }
    }

    /// Erases the content of files. The log still shows that there was a file, and its name.
    async fn erase_files(&self, inbox: &Inbox) -> Result<u64> {
        let mut erased = 0;
        let Some(days) = inbox.retention.files_days else { return Ok(erased) };
        let before_ms = self.before_ms(days);
        loop {
            let given_up = self.writer.run(EraseFiles { inbox: inbox.id, before_ms }).await?;
            erased += given_up;
            if given_up < AT_A_TIME {
                return Ok(erased);
            }
        }
    }

    async fn erase_addresses(&self, inbox: &Inbox) -> Result<u64> {
        let mut erased = 0;
        let Some(days) = inbox.retention.addresses_days else { return Ok(erased) };
        let before_ms = self.before_ms(days);
        loop {
            let old: Vec<VisitorId> = visitor::Entity::find()
                .select_only()
                .column(visitor::Column::Id)
                .filter(visitor::COLUMN.inbox_id.eq(inbox.id))
                .filter(has_address())
                .filter(was_here_before(before_ms))
                .limit(AT_A_TIME)
                .into_tuple()
                .all(&self.store.reader)
                .await?;
            for id in &old {
                self.writer.run(EraseAddress { id: *id, before_ms }).await?;
            }
            erased += old.len() as u64;
            if (old.len() as u64) < AT_A_TIME {
                return Ok(erased);
            }
        }
    }
}

fn has_address() -> Condition {
    Condition::any()
        .add(visitor::COLUMN.email.is_not_null())
        .add(visitor::COLUMN.network.is_not_null())
}

/// Matches visitors who were last connected before then and have no conversation with anything newer.
fn was_here_before(before_ms: UnixMillis) -> Condition {
    let last = Func::coalesce([
        Expr::col(visitor::Column::LastSeenAtMs),
        Expr::col(visitor::Column::CreatedAtMs),
    ]);
    let mut since = Query::select();
    since
        .column(conversation::Column::VisitorId)
        .from(conversation::Entity)
        .and_where(conversation::COLUMN.last_at_ms.gte(before_ms));
    Condition::all()
        .add(Expr::expr(last).lt(before_ms))
        .add(visitor::COLUMN.id.not_in_subquery(since))
}

struct EraseFiles {
    inbox: InboxId,
    before_ms: UnixMillis,
}

impl Command for EraseFiles {
    type Output = u64;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<u64> {
        let mut of_inbox = Query::select();
        of_inbox
            .column(conversation::Column::Id)
            .from(conversation::Entity)
            .and_where(conversation::COLUMN.inbox_id.eq(self.inbox));
        let old: Vec<FileId> = file::Entity::find()
            .select_only()
            .column(file::Column::Id)
            .filter(file::COLUMN.conversation_id.in_subquery(of_inbox))
            .filter(file::COLUMN.created_at_ms.lt(self.before_ms))
            .limit(AT_A_TIME)
            .into_tuple()
            .all(write.tx)
            .await?;
        let old = file::Entity::find().filter(file::COLUMN.id.is_in(old));
        give_up(write, old).await
    }
}

struct EraseAddress {
    id: VisitorId,
    before_ms: UnixMillis,
}

impl Command for EraseAddress {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::of(self.id)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = visitor::Entity::find_by_id(self.id).filter(was_here_before(self.before_ms));
        let found = query.lock_exclusive().one(write.tx).await?;
        let Some(who) = found else { return Ok(()) };
        unname_blocks(write, &who).await?;
        let (inbox, address) = (who.inbox_id, who.email.clone());
        let mut vouched = Vouched::of(&who);
        let said = vouched.email.take().is_some();
        let mut changed = who.into_active_model();
        changed.email = Set(None);
        changed.is_email_proven = Set(false);
        changed.network = Set(None);
        if said {
            changed.vouched = Set(Some(vouched.to_text()));
        }
        crate::search::index_visitor(write, &mut changed);
        visitor::Entity::update(changed).exec(write.tx).await?;
        let mut theirs = Query::select();
        theirs
            .column(conversation::Column::Id)
            .from(conversation::Entity)
            .and_where(conversation::COLUMN.visitor_id.eq(self.id));
        mail::Entity::update_many()
            .clear(mail::COLUMN.address)
            .filter(mail::COLUMN.conversation_id.in_subquery(theirs.clone()))
            .filter(mail::COLUMN.agent_id.is_null())
            .filter(mail::COLUMN.settled_at_ms.is_not_null())
            .exec(write.tx)
            .await?;
        crate::mail::forget_senders(write, theirs).await?;
        if let Some(address) = address {
            forget_address(write, inbox, &address).await?;
        }
        crate::conversation::tell_renamed(write, self.id).await
    }
}
