//! Claims emails in order to send them.

use protocol::{
    AgentId, ConversationId, DropReason, InboxId, MailId, MailKind, MailState, Seq, UnixMillis,
};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder, QuerySelect};

use super::content::{self, Told};
use super::decide::{Decision, decide};
use super::delivery::{Delivery, MailContent};
use super::{drop, notify, preference};
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::{Error, Result};
use crate::table::column::Assign;
use crate::table::{conversation, mail, mail_lock, visitor};

/// How long an unreadable email waits, in milliseconds.
const UNREADABLE_WAIT_MS: u64 = 10 * 60 * 1_000;

impl Domain {
    /// The emails that are due, the longest overdue first: at most `limit`.
    ///
    /// # Errors
    /// Store errors.
    pub async fn due_mails(&self, limit: u64) -> Result<Vec<MailId>> {
        let now_ms = self.ambient.now_ms();
        let ids: Vec<MailId> = mail::Entity::find()
            .filter(mail::COLUMN.state.eq(MailState::Waiting))
            .filter(mail::COLUMN.due_at_ms.lte(now_ms))
            .order_by_asc(mail::Column::DueAtMs)
            .limit(limit)
            .select_only()
            .column(mail::Column::Id)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        Ok(ids)
    }

    /// Claims an email to send it: nobody else can claim it for `lease_ms`. `host` becomes the end of its
    /// `Message-ID` if it has none yet. Returns `None` if it is not to be sent now, or not at all.
    ///
    /// # Errors
    /// Store errors.
    pub async fn claim_mail(
        &self,
        id: MailId,
        lease_ms: u64,
        host: &str,
    ) -> Result<Option<Delivery>> {
        let claimed = self.claim(id, lease_ms, host).await;
        if claimed.as_ref().is_err_and(Error::is_corrupt) {
            // A newer version of the program may be able to read it. Until then, it must not hold up the
            // others.
            let now_ms = self.ambient.now_ms();
            mail::Entity::update_many()
                .assign(mail::COLUMN.due_at_ms, now_ms + UNREADABLE_WAIT_MS)
                .filter(mail::COLUMN.id.eq(id))
                // Not one that another node has claimed meanwhile.
                .filter(mail::COLUMN.state.eq(MailState::Waiting))
                .filter(mail::COLUMN.due_at_ms.lte(now_ms))
                .exec(&self.store.reader)
                .await?;
        }
        claimed
    }

    async fn claim(&self, id: MailId, lease_ms: u64, host: &str) -> Result<Option<Delivery>> {
        let Some(row) = mail::Entity::find_by_id(id).one(&self.store.reader).await? else {
            return Ok(None);
        };
        let about = match (row.conversation_id, row.inbox_id, row.agent_id) {
            (Some(conversation), Some(inbox), _) => About::Conversation(conversation, inbox),
            (None, None, Some(agent)) => About::Account(agent),
            _ => return Err(Error::Corrupt("what a mail is about")),
        };
        self.writer.run(ClaimMail { id, about, lease_ms, host: host.to_owned() }).await
    }
}

struct ClaimMail {
    id: MailId,
    about: About,
    lease_ms: u64,
    host: String,
}

#[derive(Clone, Copy)]
enum About {
    Conversation(ConversationId, InboxId),
    Account(AgentId),
}

impl Command for ClaimMail {
    type Output = Option<Delivery>;

    fn shard(&self) -> Shard {
        match self.about {
            About::Conversation(conversation, _) => Shard::of(conversation),
            About::Account(_) => Shard::ANY,
        }
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Option<Delivery>> {
        // Lock the conversation first: all transactions lock in this order.
        let conversation = match self.about {
            About::Conversation(id, _) => {
                conversation::Entity::find_by_id(id).lock_exclusive().one(write.tx).await?
            }
            About::Account(_) => None,
        };
        lock(write).await?;
        let query = mail::Entity::find_by_id(self.id).lock_exclusive();
        let now_ms = write.ambient.now_ms();
        let due = |row: &mail::Model| row.state == MailState::Waiting && row.due_at_ms <= now_ms;
        let Some(row) = query.one(write.tx).await?.filter(due) else {
            return Ok(None);
        };
        match (self.about, conversation) {
            (About::Conversation(_, inbox), Some(conversation)) => {
                self.of_conversation(write, row, inbox, conversation).await
            }
            (About::Account(agent), _) => self.of_account(write, row, agent).await,
            (About::Conversation(..), None) => Err(Error::Corrupt("a mail's conversation")),
        }
    }
}

impl ClaimMail {
    async fn of_conversation(
        &self,
        write: &mut Write<'_>,
        row: mail::Model,
        inbox: InboxId,
        conversation: conversation::Model,
    ) -> Result<Option<Delivery>> {
        let inbox = crate::inbox::find(write.tx, write.ambient, inbox).await?;
        let visitor = visitor::Entity::find_by_id(conversation.visitor_id).one(write.tx).await?;
        let visitor = visitor.ok_or(Error::Corrupt("a conversation's visitor"))?;
        let kind = row.kind;
        let decision = match row.agent_id {
            Some(agent) => {
                notify::decide(write, &row, (kind, agent), &inbox, &conversation).await?
            }
            None => decide(write, &row, kind, &inbox, &conversation, &visitor).await?,
        };
        match decision {
            Decision::Send { address, .. } if is_elsewhere(&row, &address) => {
                self.readdress(write, row).await?;
                Ok(None)
            }
            Decision::Send { address, from, through } => {
                let thread = content::thread(write, self.id, &conversation, &address).await?;
                let preference = preference::issue(write, &row).await?;
                let reply_to = super::token::reply_to(&inbox, self.id);
                let begun =
                    self.begin(write, row, (address.clone(), Some((from, through)))).await?;
                let told = Told {
                    kind,
                    inbox,
                    visitor,
                    address,
                    messages: (from, through),
                    preference,
                    begun_at_ms: begun.begun_at_ms,
                };
                let content = content::of_conversation(write, &conversation, told).await?;
                Ok(Some(begun.about(thread, reply_to, content)))
            }
            Decision::Later { until_ms } => {
                let mut later = row.into_active_model();
                later.due_at_ms = Set(until_ms);
                mail::Entity::update(later).exec(write.tx).await?;
                Ok(None)
            }
            Decision::Drop(why) => {
                drop::drop_row(write, row, why).await?;
                Ok(None)
            }
            Decision::Withhold { reason, from, through } => {
                drop::withhold(write, row, reason, (from, through)).await?;
                Ok(None)
            }
        }
    }

    async fn of_account(
        &self,
        write: &mut Write<'_>,
        row: mail::Model,
        agent: AgentId,
    ) -> Result<Option<Delivery>> {
        let kind = row.kind;
        if kind == MailKind::Summary {
            return match super::summary::decide(write, &row, agent).await? {
                Ok((address, of)) => {
                    let begun = self.begin(write, row, (address, None)).await?;
                    Ok(Some(begun.about(Vec::new(), None, MailContent::Summary(of))))
                }
                Err(why) => {
                    drop::drop_row(write, row, why).await?;
                    Ok(None)
                }
            };
        }
        let decided = super::account::decide(write, self.id, kind, agent, row.begun_at_ms).await?;
        let (address, of) = match decided {
            Ok(decided) => decided,
            // Repeated requests leave no rows behind.
            Err(DropReason::Capped) => {
                mail::Entity::delete_by_id(row.id).exec(write.tx).await?;
                return Ok(None);
            }
            Err(why) => {
                drop::drop_row(write, row, why).await?;
                return Ok(None);
            }
        };
        let content = content::of_account(kind, of)?;
        let begun = self.begin(write, row, (address, None)).await?;
        Ok(Some(begun.about(Vec::new(), None, content)))
    }

    /// Replaces an email with one to another address. If the email that was attempted went to someone else, it
    /// must not let them in: neither its token nor its `Message-ID` is used again.
    async fn readdress(&self, write: &mut Write<'_>, row: mail::Model) -> Result<()> {
        let due_at_ms = write.ambient.now_ms();
        let again = mail::ActiveModel {
            inbox_id: Set(row.inbox_id),
            conversation_id: Set(row.conversation_id),
            from_seq: Set(row.from_seq),
            through_seq: Set(row.through_seq),
            late_at_ms: Set(row.late_at_ms),
            ..super::row::new_row(write.ambient, row.kind, due_at_ms)
        };
        drop::delete_or_drop(write, row, DropReason::Readdressed).await?;
        mail::Entity::insert(again).exec_without_returning(write.tx).await?;
        Ok(())
    }

    /// Decides which messages an email contains, and claims it for a while.
    async fn begin(
        &self,
        write: &Write<'_>,
        row: mail::Model,
        (address, messages): (String, Option<(Seq, Seq)>),
    ) -> Result<Begun> {
        let now_ms = write.ambient.now_ms();
        let host = &self.host;
        let message_id = row.message_id.clone().unwrap_or_else(|| format!("{}@{host}", self.id));
        let begun_at_ms = row.begun_at_ms.unwrap_or(now_ms);
        let attempts = row.attempts + 1;
        let mut taken = row.into_active_model();
        taken.address = Set(Some(address.clone()));
        taken.from_seq = Set(messages.map(|(from, _)| from));
        taken.through_seq = Set(messages.map(|(_, through)| through));
        taken.message_id = Set(Some(message_id.clone()));
        taken.attempts = Set(attempts);
        // While an attempt is in progress, nothing is known about it.
        taken.reason = Set(None);
        taken.begun_at_ms = Set(Some(begun_at_ms));
        taken.due_at_ms = Set(now_ms + self.lease_ms);
        mail::Entity::update(taken).exec(write.tx).await?;
        Ok(Begun {
            id: self.id,
            attempt: attempts.unsigned_abs(),
            message_id,
            address,
            begun_at_ms,
        })
    }
}

/// A claimed email, without its content.
struct Begun {
    id: MailId,
    attempt: u32,
    message_id: String,
    address: String,
    begun_at_ms: UnixMillis,
}

impl Begun {
    fn about(
        self,
        thread: Vec<String>,
        reply_to: Option<String>,
        content: MailContent,
    ) -> Delivery {
        let Self { id, attempt, message_id, address, begun_at_ms } = self;
        Delivery { id, attempt, message_id, thread, address, reply_to, begun_at_ms, content }
    }
}

/// Whether an email was attempted at another address.
fn is_elsewhere(row: &mail::Model, address: &str) -> bool {
    row.agent_id.is_none() && row.address.as_deref().is_some_and(|tried| tried != address)
}

/// Serializes all claims, whatever the email is about: each claim counts what an address or an inbox got in the
/// last hour, so it must see all claims before it.
async fn lock(write: &Write<'_>) -> Result<()> {
    let row = mail_lock::Entity::find_by_id(1).lock_exclusive().one(write.tx).await?;
    row.map(drop).ok_or(Error::Corrupt("the lock of mails"))
}
