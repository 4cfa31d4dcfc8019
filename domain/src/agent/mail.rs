//! Which emails an agent wants.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::{AgentId, ErrorCode, MailKind, UnixMillis};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::mail::OF_AGENTS;
use crate::table::{agent, agent_mail};

/// The limits of the wait for an answer before an escalation, in milliseconds: a minute and a week.
const ESCALATION_MS: std::ops::RangeInclusive<u64> = 60_000..=7 * 24 * 60 * 60_000;

/// Minutes in a day.
const DAY: u16 = 24 * 60;

/// Which emails an agent wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentMail {
    /// When a conversation is assigned to them while they are away.
    pub assigned: bool,
    /// When a note mentions them.
    pub mentioned: bool,
    /// When a visitor waits for their answer, and they have not read the message.
    pub waiting: bool,
    /// When any conversation that they may see has had no answer for this long, in milliseconds.
    pub escalation_ms: Option<u64>,
    /// A daily summary, at this many minutes after midnight.
    pub summary_at: Option<u16>,
    /// The IANA time zone for the summary.
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
    /// Reads what an agent chose, or the default if they never did.
    pub(crate) async fn read(db: &impl ConnectionTrait, agent: AgentId) -> Result<Self> {
        let row = agent_mail::Entity::find_by_id(agent).one(db).await?;
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

    /// Whether they want emails of this kind.
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

    /// Turns off emails of this kind.
    const fn give_up(&mut self, kind: MailKind) {
        match kind {
            MailKind::Assigned => self.assigned = false,
            MailKind::Mentioned => self.mentioned = false,
            MailKind::Waiting => self.waiting = false,
            MailKind::Escalation => self.escalation_ms = None,
            MailKind::Summary => self.summary_at = None,
            // The other kinds are only sent on request.
            _ => {}
        }
    }

    /// The current day in the agent's time zone, if it is time for its summary.
    pub(crate) fn day_of_summary(&self, now_ms: UnixMillis) -> Option<String> {
        let at = self.summary_at?;
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(i64::try_from(now_ms.0).ok()?).ok()?.to_zoned(zone);
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
    /// Which emails an agent wants.
    ///
    /// # Errors
    /// Store errors.
    pub async fn agent_mail(&self, agent: AgentId) -> Result<AgentMail> {
        AgentMail::read(&self.store.reader, agent).await
    }

    /// Changes which emails an agent wants. This also applies to emails that are already queued.
    ///
    /// # Errors
    /// `agent_mail_invalid`; store errors.
    pub async fn set_agent_mail(&self, agent: AgentId, mail: AgentMail) -> Result<()> {
        self.writer.run(SetAgentMail { agent, mail: mail.check()? }).await
    }

    /// Unsubscribes an agent from emails of this kind.
    ///
    /// # Errors
    /// Store errors.
    pub(crate) async fn give_up_mail(&self, agent: AgentId, kind: MailKind) -> Result<()> {
        self.writer.run(GiveUp { agent, kind }).await
    }
}

struct SetAgentMail {
    agent: AgentId,
    mail: AgentMail,
}

impl Command for SetAgentMail {
    type Output = ();
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let before = agent_mail::Entity::find_by_id(self.agent).one(write.tx).await?;
        let same = before.filter(|row| {
            let AgentMail { summary_at, time_zone, .. } = AgentMail::of(row);
            (summary_at, time_zone) == (self.mail.summary_at, self.mail.time_zone.clone())
        });
        let summarized_on = match same {
            Some(row) => row.summarized_on,
            // If today's time has passed, the first summary is tomorrow's.
            None => self.mail.day_of_summary(write.ambient.now_ms()),
        };
        put(write, self.agent, &self.mail, summarized_on).await?;
        // An address that bounced is tried again once its agent changes these settings.
        let agent = agent::Entity::find_by_id(self.agent).one(write.tx).await?;
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

impl Command for GiveUp {
    type Output = ();
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let row = agent_mail::Entity::find_by_id(self.agent).one(write.tx).await?;
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
        agent_id: Set(agent),
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
