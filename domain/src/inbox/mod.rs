//! Inboxes: one for each site or brand.

mod hours;
mod inbound;
mod mail;
mod refused;
mod retention;
mod secrets;
mod settings;
mod site;

use protocol::limits::{MAILS_AN_HOUR, UNREAD_WAIT_MS};
use protocol::{ErrorCode, InboxId, LabelId, Routing, TeamId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, IntoActiveModel, QueryOrder};

use crate::Domain;
use crate::agent::Agent;
use crate::ambient::Ambient;
use crate::error::{Error, Result};
use crate::table::inbox;

pub use hours::Hours;
pub use inbound::InboxInbound;
pub use mail::InboxMail;
pub use refused::RefusedSite;
pub(crate) use refused::RefusedSites;
pub use retention::{PageUrl, Retention};
pub(crate) use secrets::Rotating;
pub use secrets::SecretOf;
use secrets::Secrets;
pub use settings::InboxSettings;
pub use site::Site;

/// The default color of an inbox.
const COLOR: &str = "#2f6f5e";

/// One site or brand.
#[derive(Clone)]
pub struct Inbox {
    /// Its id.
    pub id: InboxId,
    /// Its public key, which is part of the embed snippet.
    pub key: String,
    /// Its name, which visitors see.
    pub name: String,
    /// The sites that may embed its chat, besides the server's own pages.
    pub allowed_sites: Vec<Site>,
    /// The color of its chat, as `#rrggbb`.
    pub color: String,
    /// When the team intends to answer. Without hours, always.
    pub hours: Option<Hours>,
    /// The time zone of the hours, by its IANA name.
    pub time_zone: String,
    /// How conversations reach agents.
    pub routing: Routing,
    /// The team that gets them. Without one, everyone does.
    pub team: Option<TeamId>,
    /// The label that each conversation begins with. If any agent has it as a skill, the assigned agent must
    /// have it.
    pub label: Option<LabelId>,
    /// The settings for the email that it sends.
    pub mail: InboxMail,
    /// How it receives email.
    pub inbound: InboxInbound,
    /// What it retains about its visitors, and for how long.
    pub retention: Retention,
    /// Whether a visitor who claims to be a user of the site must prove it.
    pub requires_identity: bool,
    /// Its secrets.
    pub(crate) secrets: Secrets,
}

impl Inbox {
    /// The tag that embeds the chat. `public_url` is the URL at which browsers reach the server.
    #[must_use]
    pub fn snippet(&self, public_url: &str) -> String {
        format!("<script async src=\"{public_url}/widget.js?inbox={}\"></script>", self.key)
    }

    /// The secret with which the site's server makes the HMAC of its users' ids. Only for those who run the
    /// inbox.
    #[must_use]
    pub fn identity_secret(&self) -> &str {
        self.secrets.identity.now()
    }

    /// The secret with which the site's server signs JWTs. It is a different one, so that no id that someone
    /// chose is a token. Only for those who run the inbox.
    #[must_use]
    pub fn jwt_secret(&self) -> String {
        crate::visitor::jwt_secret(self.secrets.identity.now())
    }

    /// Whether a page of `origin` may embed the chat.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        Site::parse(origin)
            .is_ok_and(|site| self.allowed_sites.iter().any(|ours| ours.covers(&site)))
    }
}

impl Domain {
    /// Creates an inbox.
    ///
    /// # Errors
    /// `name_invalid`, `site_invalid`; store errors.
    pub async fn create_inbox(&self, name: &str, sites: &[String]) -> Result<Inbox> {
        let (id, secrets) = (self.ambient.uuid(), Secrets::new(&self.ambient));
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
            routing: Set(Routing::Manual.as_str().to_owned()),
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
            created_at_ms: Set(self.ambient.now_ms() as i64),
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
            Some(key) => query.filter(inbox::Column::Key.eq(key)),
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
        let row = inbox::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let seen = row.filter(|row| agent.visibility.covers(InboxId(row.id)));
        from_row(seen.ok_or(ErrorCode::InboxUnknown)?, &self.ambient)
    }

    /// Replaces the sites that may embed an inbox's chat.
    ///
    /// # Errors
    /// `inbox_unknown`, `site_invalid`; store errors.
    pub async fn allow_sites(&self, id: InboxId, sites: &[String]) -> Result<Inbox> {
        let sites = parse_sites(sites)?;
        let row = inbox::Entity::find_by_id(id.0).one(&self.store.reader).await?;
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
            id: Set(id.0),
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

/// Returns the inbox with this id.
///
/// # Errors
/// `inbox_unknown`; store errors.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    ambient: &Ambient,
    id: InboxId,
) -> Result<Inbox> {
    let row = inbox::Entity::find_by_id(id.0).one(db).await?;
    from_row(row.ok_or(ErrorCode::InboxUnknown)?, ambient)
}

/// Checks a color of the form `#rrggbb`, and returns it in lower case.
pub(crate) fn check_color(color: &str) -> Result<String> {
    let digits = color.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(color.to_lowercase())
    } else {
        Err(ErrorCode::ColorInvalid.into())
    }
}

fn parse_sites(sites: &[String]) -> Result<Vec<Site>> {
    let mut parsed = Vec::with_capacity(sites.len());
    for site in sites {
        let site = Site::parse(site)?;
        if !parsed.contains(&site) {
            parsed.push(site);
        }
    }
    Ok(parsed)
}

/// One site per line.
fn write_sites(sites: &[Site]) -> String {
    sites.iter().map(Site::as_str).collect::<Vec<_>>().join("\n")
}

fn from_row(row: inbox::Model, ambient: &Ambient) -> Result<Inbox> {
    let secrets = Secrets::open(ambient, &row)?;
    let hours = row.hours.as_deref().map(|text| Hours::parse(text, &row.time_zone)).transpose();
    let sites = row.allowed_sites.lines().map(Site::parse).collect::<std::result::Result<_, _>>();
    Ok(Inbox {
        mail: InboxMail::of(&row),
        inbound: InboxInbound::of(&row, &secrets),
        retention: Retention::of(&row),
        id: InboxId(row.id),
        key: row.key,
        name: row.name,
        allowed_sites: sites.map_err(|_| Error::Corrupt("an inbox's allowed sites"))?,
        color: row.color,
        requires_identity: row.requires_identity,
        hours: hours.map_err(|_| Error::Corrupt("an inbox's hours"))?,
        time_zone: row.time_zone,
        routing: Routing::parse(&row.routing).ok_or(Error::Corrupt("a routing"))?,
        team: row.team_id.map(TeamId),
        label: row.label_id.map(LabelId),
        secrets,
    })
}
