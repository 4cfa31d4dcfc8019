//! What an agent wants by mail.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::{AgentId, ErrorCode, MailKind};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::Domain;
use crate::error::Result;
use crate::mail::OF_AGENTS;
use crate::table::{agent, agent_mail};
use crate::writer::{Command, Shard, Write};

/// The bounds of how long a conversation may have no answer, in milliseconds: a minute and a week.
const ESCALATION_MS: std::ops::RangeInclusive<u64> = 60_000..=7 * 24 * 60 * 60_000;

/// The minutes of a day.
const DAY: u16 = 24 * 60;

/// What an agent wants by mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentMail {
    /// That a conversation was given to them while they were not there.
    pub assigned: bool,
    /// That a note names them.
    pub mentioned: bool,
    /// That a visitor of theirs waits for an answer, and they have not read it.
    pub waiting: bool,
    /// That any conversation which they may see had no answer for so long, in milliseconds.
    pub escalation_ms: Option<u64>,
    /// A summary each day, at so many minutes since midnight.
    pub summary_at: Option<u16>,
    /// The time zone of that, as IANA names it.
    pub time_zone: String,
}

impl Default for AgentMail {
    fn default() -> Self {
        Self {
            assigned: true,
            mentioned: true,
            waiting: true,
            escalation_ms: None,
            summary_at: None,
            time_zone: "UTC".to_owned(),
        }
    }
}

impl AgentMail {
    /// What an agent chose; the usual, if they never did.
    pub(crate) async fn read(db: &impl ConnectionTrait, agent: AgentId) -> Result<Self> {
        let row = agent_mail::Entity::find_by_id(agent.0).one(db).await?;
        Ok(row.map_or_else(Self::default, |row| Self::of(&row)))
    }

    pub(crate) fn of(row: &agent_mail::Model) -> Self {
        Self {
            assigned: row.assigned,
            mentioned: row.mentioned,
            waiting: row.waiting,
            escalation_ms: row.escalation_ms.map(i64::unsigned_abs),
            summary_at: row.summary_at.and_then(|minute| u16::try_from(minute).ok()),
            time_zone: row.time_zone.clone(),
        }
    }

    /// Whether they want mails of a kind.
    pub(crate) const fn wants(&self, kind: MailKind) -> bool {
        match kind {
            MailKind::Assigned => self.assigned,
            MailKind::Mentioned => self.mentioned,
            MailKind::Waiting => self.waiting,
            MailKind::Escalation => self.escalation_ms.is_some(),
            MailKind::Summary => self.summary_at.is_some(),
            _ => true,
        }
    }

    /// Has mails of a kind not wanted any more.
    const fn give_up(&mut self, kind: MailKind) {
        match kind {
            MailKind::Assigned => self.assigned = false,
            MailKind::Mentioned => self.mentioned = false,
            MailKind::Waiting => self.waiting = false,
            MailKind::Escalation => self.escalation_ms = None,
            MailKind::Summary => self.summary_at = None,
            // Of the others somebody asks for each.
            _ => {}
        }
    }

    /// The day, where it is time for its summary.
    pub(crate) fn day_of_summary(&self, now_ms: u64) -> Option<String> {
        let at = self.summary_at?;
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(i64::try_from(now_ms).ok()?).ok()?.to_zoned(zone);
        let minute = now.hour().unsigned_abs() as u16 * 60 + now.minute().unsigned_abs() as u16;
        (minute >= at).then(|| now.date().to_string())
    }

    fn check(self) -> Result<Self> {
        let is_zone = TimeZone::get(&self.time_zone).is_ok();
        let is_time = self.summary_at.is_none_or(|minute| minute < DAY);
        let is_wait = self.escalation_ms.is_none_or(|wait| ESCALATION_MS.contains(&wait));
        if is_zone && is_time && is_wait {
            Ok(self)
        } else {
            Err(ErrorCode::AgentMailInvalid.into())
        }
    }
}

impl Domain {
    /// What an agent wants by mail.
    ///
    /// # Errors
    /// The store's.
    pub async fn agent_mail(&self, agent: AgentId) -> Result<AgentMail> {
        AgentMail::read(&self.store.reader, agent).await
    }

    /// Changes what an agent wants by mail. What waits already goes by it, too.
    ///
    /// # Errors
    /// `agent_mail_invalid`; the store's.
    pub async fn set_agent_mail(&self, agent: AgentId, mail: AgentMail) -> Result<()> {
        self.writer.run(SetAgentMail { agent, mail: mail.check()? }).await
    }

    /// Has an agent get no more mails of a kind.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn give_up_mail(&self, agent: AgentId, kind: MailKind) -> Result<()> {
        self.writer.run(GiveUp { agent, kind }).await
    }
}

struct SetAgentMail {
    agent: AgentId,
    mail: AgentMail,
}

#[async_trait]
impl Command for SetAgentMail {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let before = agent_mail::Entity::find_by_id(self.agent.0).one(write.tx).await?;
        let same = before.filter(|row| {
            let AgentMail { summary_at, time_zone, .. } = AgentMail::of(row);
            (summary_at, time_zone) == (self.mail.summary_at, self.mail.time_zone.clone())
        });
        let summarized_on = match same {
            Some(row) => row.summarized_on,
            // The first one is tomorrow's, where today's time is over.
            None => self.mail.day_of_summary(write.ambient.now_ms()),
        };
        put(write, self.agent, &self.mail, summarized_on).await?;
        // Who chooses here may be tried again.
        let agent = agent::Entity::find_by_id(self.agent.0).one(write.tx).await?;
        match agent {
            Some(agent) => crate::mail::arrived(write, OF_AGENTS, &agent.email).await,
            None => Ok(()),
        }
    }
}

struct GiveUp {
    agent: AgentId,
    kind: MailKind,
}

#[async_trait]
impl Command for GiveUp {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let row = agent_mail::Entity::find_by_id(self.agent.0).one(write.tx).await?;
        let mut mail = row.as_ref().map_or_else(AgentMail::default, AgentMail::of);
        mail.give_up(self.kind);
        put(write, self.agent, &mail, row.and_then(|row| row.summarized_on)).await
    }
}

async fn put(
    write: &Write<'_>,
    agent: AgentId,
    mail: &AgentMail,
    summarized_on: Option<String>,
) -> Result<()> {
    let AgentMail { assigned, mentioned, waiting, escalation_ms, summary_at, time_zone } = mail;
    let row = agent_mail::ActiveModel {
        agent_id: Set(agent.0),
        assigned: Set(*assigned),
        mentioned: Set(*mentioned),
        waiting: Set(*waiting),
        escalation_ms: Set(escalation_ms.map(|wait| wait as i64)),
        summary_at: Set(summary_at.map(i32::from)),
        time_zone: Set(time_zone.clone()),
        summarized_on: Set(summarized_on),
    };
    use agent_mail::Column as C;
    let columns = [
        C::Assigned,
        C::Mentioned,
        C::Waiting,
        C::EscalationMs,
        C::SummaryAt,
        C::TimeZone,
        C::SummarizedOn,
    ];
    let replace = OnConflict::column(C::AgentId).update_columns(columns).to_owned();
    let insert = agent_mail::Entity::insert(row).on_conflict(replace);
    insert.exec_without_returning(write.tx).await?;
    Ok(())
}
