//! Creates, finds and changes inboxes.

use protocol::limits::{MAILS_AN_HOUR, UNREAD_WAIT_MS};
use protocol::{ErrorCode, InboxId, Routing};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder};

use super::secrets::Secrets;
use super::{COLOR, Inbox, Site, from_row, parse_sites, write_sites};
use crate::Domain;
use crate::agent::Agent;
use crate::ambient::Ambient;
use crate::command::{Command, Shard, Write};
use crate::error::{Error, Result};
use crate::table::inbox;

impl Domain {
    /// Creates an inbox.
    ///
    /// # Errors
    /// `name_invalid`, `site_invalid`; store errors.
    pub async fn create_inbox(&self, name: &str, sites: &[String]) -> Result<Inbox> {
        let (name, sites) = (crate::agent::check_name(name)?, parse_sites(sites)?);
        let id = InboxId(self.ambient.uuid());
        self.writer.run(CreateInbox(new_row(&self.ambient, id, name, &sites))).await
    }

    /// All inboxes, oldest first.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_inboxes(&self) -> Result<Vec<Inbox>> {
        let rows = inbox::Entity::find()
            .order_by_asc(inbox::Column::CreatedAtMs)
            .order_by_asc(inbox::Column::Id)
            .all(&self.store.reader)
            .await?;
        rows.into_iter().map(|row| from_row(row, &self.ambient)).collect()
    }

    /// Returns the inbox with this key, or the default inbox without one, which is the oldest.
    ///
    /// # Errors
    /// `inbox_unknown`; store errors.
    pub async fn find_inbox(&self, key: Option<&str>) -> Result<Inbox> {
        let query = inbox::Entity::find().order_by_asc(inbox::Column::CreatedAtMs);
        let query = match key {
            Some(key) => query.filter(inbox::COLUMN.key.eq(key)),
            None => query,
        };
        let row = query.one(&self.store.reader).await?;
        from_row(row.ok_or(ErrorCode::InboxUnknown)?, &self.ambient)
    }

    /// Returns the inbox with this id, if the agent may see it.
    ///
    /// # Errors
    /// `inbox_unknown`; store errors.
    pub async fn see_inbox(&self, agent: &Agent, id: InboxId) -> Result<Inbox> {
        let row = inbox::Entity::find_by_id(id).one(&self.store.reader).await?;
        let seen = row.filter(|row| agent.visibility.covers(row.id));
        from_row(seen.ok_or(ErrorCode::InboxUnknown)?, &self.ambient)
    }

    /// Replaces the sites that may embed an inbox's chat.
    ///
    /// # Errors
    /// `inbox_unknown`, `site_invalid`; store errors.
    pub async fn allow_sites(&self, id: InboxId, sites: &[String]) -> Result<Inbox> {
        let allowed_sites = Set(write_sites(&parse_sites(sites)?));
        let row = inbox::ActiveModel { id: Set(id), allowed_sites, ..Default::default() };
        self.change_inbox(row).await
    }

    /// Sets whether a visitor who claims to be a user of the site must prove it.
    ///
    /// # Errors
    /// `inbox_unknown`; store errors.
    pub async fn require_identity(&self, id: InboxId, required: bool) -> Result<()> {
        let row = inbox::ActiveModel {
            id: Set(id),
            requires_identity: Set(required),
            ..Default::default()
        };
        self.change_inbox(row).await.map(drop)
    }

    pub(crate) async fn change_inbox(&self, row: inbox::ActiveModel) -> Result<Inbox> {
        self.writer.run(ChangeInbox(row)).await
    }

    /// Creates the default inbox if there is none.
    ///
    /// # Errors
    /// Store errors.
    pub async fn ensure_inbox(&self) -> Result<()> {
        match self.find_inbox(None).await {
            Err(Error::Refused(ErrorCode::InboxUnknown)) => {
                self.create_inbox("Support", &[]).await.map(drop)
            }
            other => other.map(drop),
        }
    }
}

/// The row of a new inbox.
fn new_row(ambient: &Ambient, id: InboxId, name: String, sites: &[Site]) -> inbox::Model {
    let secrets = Secrets::new(ambient);
    inbox::Model {
        id,
        secrets: secrets.seal(ambient, id),
        key: ambient.key(),
        name,
        allowed_sites: write_sites(sites),
        color: COLOR.to_owned(),
        requires_identity: false,
        hours: None,
        time_zone: "UTC".to_owned(),
        routing: Routing::Manual,
        team_id: None,
        label_id: None,
        mail_from: None,
        team_address: None,
        mails_visitors: true,
        unread_wait_ms: UNREAD_WAIT_MS as i64,
        mails_an_hour: MAILS_AN_HOUR.cast_signed(),
        inbound_address: None,
        keep_conversations_days: None,
        keep_files_days: None,
        keep_addresses_days: None,
        keeps_queries: false,
        created_at_ms: ambient.now_ms(),
    }
}

#[cfg(test)]
impl Inbox {
    /// A new inbox that is in no store.
    pub(crate) fn for_tests(ambient: &Ambient, id: InboxId) -> Self {
        from_row(new_row(ambient, id, "Support".to_owned(), &[]), ambient).expect("a new inbox")
    }
}

struct CreateInbox(inbox::Model);

impl Command for CreateInbox {
    type Output = Inbox;
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Inbox> {
        let row = self.0.clone().into_active_model().reset_all();
        from_row(row.insert(write.tx).await?, write.ambient)
    }
}

/// Sets some columns of an inbox.
struct ChangeInbox(inbox::ActiveModel);

impl Command for ChangeInbox {
    type Output = Inbox;
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Inbox> {
        match self.0.clone().update(write.tx).await {
            Err(DbErr::RecordNotUpdated | DbErr::RecordNotFound(_)) => {
                Err(ErrorCode::InboxUnknown.into())
            }
            changed => from_row(changed?, write.ambient),
        }
    }
}
