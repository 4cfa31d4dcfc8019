//! How an inbox works: its hours, and how conversations reach agents.

use protocol::{ErrorCode, InboxId, LabelId, Routing, TeamId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::{Hours, Inbox, Retention, from_row};
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::table::{inbox, label, team};

/// How an inbox works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxSettings {
    /// The hours, as [`Hours::parse`] reads them. Without them, always open.
    pub hours: Option<String>,
    /// Their time zone, by its IANA name.
    pub time_zone: String,
    /// How conversations reach agents.
    pub routing: Routing,
    /// The team that gets them. Without one, everyone does.
    pub team: Option<TeamId>,
    /// The label that each conversation begins with.
    pub label: Option<LabelId>,
}

impl Domain {
    /// Changes how an inbox works, for anything that begins from now on.
    ///
    /// # Errors
    /// `inbox_unknown`, `hours_invalid`, `team_unknown`, `label_unknown`; store errors.
    pub async fn set_inbox(&self, id: InboxId, settings: InboxSettings) -> Result<Inbox> {
        let hours =
            Hours::parse(settings.hours.as_deref().unwrap_or_default(), &settings.time_zone)?;
        let hours = settings.hours.as_ref().map(|_| hours.to_text());
        let saved = self.writer.run(SetInbox { id, settings, hours }).await?;
        self.serve_queue().await?;
        self.tell_availability().await?;
        Ok(saved)
    }
}

struct SetInbox {
    id: InboxId,
    settings: InboxSettings,
    hours: Option<String>,
}

impl Command for SetInbox {
    type Output = Inbox;
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Inbox> {
        let InboxSettings { time_zone, routing, team, label, .. } = &self.settings;
        if let Some(team) = team {
            let found = team::Entity::find_by_id(*team).one(write.tx).await?;
            found.ok_or(ErrorCode::TeamUnknown)?;
        }
        if let Some(label) = label {
            let found = label::Entity::find_by_id(*label).one(write.tx).await?;
            found.ok_or(ErrorCode::LabelUnknown)?;
        }
        let found = inbox::Entity::find_by_id(self.id).one(write.tx).await?;
        let mut row: inbox::ActiveModel = found.ok_or(ErrorCode::InboxUnknown)?.into();
        row.hours = Set(self.hours.clone());
        row.time_zone = Set(time_zone.clone());
        row.routing = Set(*routing);
        row.team_id = Set(*team);
        row.label_id = Set(*label);
        from_row(row.update(write.tx).await?, write.ambient)
    }
}

/// The longest retention, in days: a century.
const MOST_DAYS: u32 = 36_500;

impl Domain {
    /// Sets what an inbox retains about its visitors. Anything older is erased within the hour.
    ///
    /// # Errors
    /// `inbox_unknown`; `days_invalid` for zero or more than 36,500 days; store errors.
    pub async fn set_inbox_retention(&self, id: InboxId, retention: Retention) -> Result<()> {
        let days = |days: Option<u32>| match days {
            Some(days) if !(1..=MOST_DAYS).contains(&days) => Err(ErrorCode::DaysInvalid),
            other => Ok(Set(other.map(u32::cast_signed))),
        };
        let row = inbox::ActiveModel {
            id: Set(id),
            keep_conversations_days: days(retention.conversations_days)?,
            keep_files_days: days(retention.files_days)?,
            keep_addresses_days: days(retention.addresses_days)?,
            keeps_queries: Set(retention.with_queries),
            ..Default::default()
        };
        self.change_inbox(row).await.map(drop)
    }
}
