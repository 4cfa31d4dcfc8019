//! Creates, finds and changes inboxes.

use protocol::limits::{MAILS_AN_HOUR, UNREAD_WAIT_MS};
use protocol::{ErrorCode, InboxId, Routing};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder};

use super::secrets::Secrets;
use super::{COLOR, Inbox, from_row, parse_sites, write_sites};
use crate::Domain;
use crate::agent::Agent;
use crate::error::{Error, Result};
use crate::table::inbox;

impl Domain {
    /// Creates an inbox.
    ///
    /// # Errors
    /// `name_invalid`, `site_invalid`; store errors.
    pub async fn create_inbox(&self, name: &str, sites: &[String]) -> Result<Inbox> {
        let (id, secrets) = (InboxId(self.ambient.uuid()), Secrets::new(&self.ambient));
        let row = inbox::ActiveModel {
            id: Set(id),
            secrets: Set(secrets.seal(&self.ambient, id)),
            key: Set(self.ambient.key()),
            name: Set(crate::agent::check_name(name)?),
            allowed_sites: Set(write_sites(&parse_sites(sites)?)),
            color: Set(COLOR.to_owned()),
            requires_identity: Set(false),
            hours: Set(None),
            time_zone: Set("UTC".to_owned()),
            routing: Set(Routing::Manual),
            team_id: Set(None),
            label_id: Set(None),
            mail_from: Set(None),
            team_address: Set(None),
            mails_visitors: Set(true),
            unread_wait_ms: Set(UNREAD_WAIT_MS as i64),
            mails_an_hour: Set(MAILS_AN_HOUR.cast_signed()),
            inbound_address: Set(None),
            keep_conversations_days: Set(None),
            keep_files_days: Set(None),
            keep_addresses_days: Set(None),
            keeps_queries: Set(false),
            created_at_ms: Set(self.ambient.now_ms()),
        };
        from_row(row.insert(&self.store.reader).await?, &self.ambient)
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
        let sites = parse_sites(sites)?;
        let row = inbox::Entity::find_by_id(id).one(&self.store.reader).await?;
        let mut row = row.ok_or(ErrorCode::InboxUnknown)?.into_active_model();
        row.allowed_sites = Set(write_sites(&sites));
        from_row(row.update(&self.store.reader).await?, &self.ambient)
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
        self.change_inbox(row).await
    }

    pub(crate) async fn change_inbox(&self, row: inbox::ActiveModel) -> Result<()> {
        match inbox::Entity::update(row).exec(&self.store.reader).await {
            Err(DbErr::RecordNotUpdated) => Err(ErrorCode::InboxUnknown.into()),
            other => Ok(other.map(drop)?),
        }
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
