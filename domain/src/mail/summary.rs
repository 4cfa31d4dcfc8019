//! The daily summary: what is open, and which conversations have waited longest.

use protocol::{AgentId, ConversationId, DropReason, MailKind, UnixMillis};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

use super::OF_AGENTS;
use crate::Domain;
use crate::agent::{AgentMail, Visibility};
use crate::command::{Command, Shard, Write};
use crate::conversation::lifecycle;
use crate::error::Result;
use crate::table::{agent, agent_mail, conversation, mail, visitor};

/// How many of the longest-waiting conversations are listed.
const NAMED: u64 = 10;

/// How far back a conversation counts as new, in milliseconds: one day.
const NEW_MS: u64 = 24 * 60 * 60 * 1_000;

/// The content of a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfSummary {
    /// The agent's name.
    pub name: String,
    /// How many conversations began in the last day.
    pub begun: u64,
    /// How many are unassigned.
    pub unassigned: u64,
    /// How many are assigned to the agent.
    pub own: u64,
    /// How many are waiting for a reply.
    pub waiting: u64,
    /// Those of them that have waited longest: at most 10.
    pub longest: Vec<Unanswered>,
    /// A token that lets the reader choose whether they want more summaries.
    pub preference: String,
}

/// A conversation that is waiting for a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Its id.
    pub conversation: ConversationId,
    /// The name to show for the visitor.
    pub visitor_name: String,
    /// The beginning of the last message.
    pub preview: String,
    /// Since when the visitor has been waiting, in milliseconds since 1970 (UTC).
    pub since_ms: UnixMillis,
}

impl Domain {
    /// Queues today's summary for each agent whose time for it has come.
    ///
    /// # Errors
    /// Store errors.
    pub async fn enqueue_summaries(&self) -> Result<()> {
        let want = agent_mail::Entity::find()
            .filter(agent_mail::COLUMN.summary_at.is_not_null())
            .all(&self.store.reader)
            .await?;
        for row in want {
            let day = AgentMail::of(&row).day_of_summary(self.ambient.now_ms());
            if day.is_some() && day != row.summarized_on {
                self.writer.run(EnqueueSummary(row.agent_id)).await?;
            }
        }
        Ok(())
    }
}

struct EnqueueSummary(AgentId);

impl Command for EnqueueSummary {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let query = agent_mail::Entity::find_by_id(self.0).lock_exclusive();
        let Some(row) = query.one(write.tx).await? else { return Ok(()) };
        let now_ms = write.ambient.now_ms();
        let day = AgentMail::of(&row).day_of_summary(now_ms);
        if day.is_none() || day == row.summarized_on {
            return Ok(());
        }
        let mut noted = row.into_active_model();
        noted.summarized_on = Set(day);
        agent_mail::Entity::update(noted).exec(write.tx).await?;
        let row = mail::ActiveModel {
            agent_id: Set(Some(self.0)),
            ..super::row::new_row(write.ambient, MailKind::Summary, now_ms)
        };
        mail::Entity::insert(row).exec_without_returning(write.tx).await?;
        Ok(())
    }
}

/// The recipient and content of a summary, or why it is not sent.
pub(super) async fn decide(
    write: &Write<'_>,
    queued: &mail::Model,
    agent: AgentId,
) -> Result<Result<(String, OfSummary), DropReason>> {
    // A newer one exists by now.
    if write.ambient.now_ms().since(queued.created_at_ms) > NEW_MS {
        return Ok(Err(DropReason::Late));
    }
    let row = agent::Entity::find_by_id(agent).one(write.tx).await?;
    let Some(row) = row.filter(|row| row.is_active) else { return Ok(Err(DropReason::Gone)) };
    if !AgentMail::read(write.tx, agent).await?.wants(MailKind::Summary) {
        return Ok(Err(DropReason::Off));
    }
    if super::standing(write.tx, OF_AGENTS, &row.email).await?.bounced.is_some() {
        return Ok(Err(DropReason::Bounced));
    }
    let visibility = Visibility::read(write.tx, &row).await?;
    let seen = || {
        conversation::Entity::find()
            .filter(visibility.condition(conversation::COLUMN.inbox_id))
            .filter(lifecycle::visible())
    };
    let open = || seen().filter(lifecycle::unresolved());
    let since_ms = write.ambient.now_ms() - NEW_MS;
    let begun = seen().filter(conversation::COLUMN.created_at_ms.gt(since_ms));
    let unassigned = open().filter(conversation::COLUMN.assignee_id.is_null());
    let own = open().filter(conversation::COLUMN.assignee_id.eq(agent));
    let waiting = || open().filter(conversation::COLUMN.waiting_since_ms.is_not_null());
    let longest = waiting()
        .order_by_asc(conversation::Column::WaitingSinceMs)
        .limit(NAMED)
        .all(write.tx)
        .await?;
    let visitors = visitor::Entity::find()
        .filter(visitor::COLUMN.id.is_in(longest.iter().map(|row| row.visitor_id)))
        .all(write.tx)
        .await?;
    let unanswered = |row: conversation::Model| {
        let visitor = visitors.iter().find(|visitor| visitor.id == row.visitor_id);
        Unanswered {
            conversation: row.id,
            visitor_name: visitor.map_or_else(String::new, crate::visitor::display_name),
            preview: row.preview,
            since_ms: row.waiting_since_ms.unwrap_or_default(),
        }
    };
    let of = OfSummary {
        name: row.name,
        begun: begun.count(write.tx).await?,
        unassigned: unassigned.count(write.tx).await?,
        own: own.count(write.tx).await?,
        waiting: waiting().count(write.tx).await?,
        longest: longest.into_iter().map(unanswered).collect(),
        preference: super::preference::issue(write, queued).await?,
    };
    // An empty summary is not sent.
    let is_empty = of.begun + of.unassigned + of.own + of.waiting == 0;
    Ok(if is_empty { Err(DropReason::Done) } else { Ok((row.email, of)) })
}
