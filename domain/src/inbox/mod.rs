//! Inboxes: one for each site or brand.

mod hours;
mod inbound;
mod inbound_settings;
mod mail;
mod mail_settings;
mod manage;
mod refused;
mod retention;
mod rotate;
pub(crate) mod secrets;
mod settings;
mod site;
mod site_check;

use protocol::{ErrorCode, InboxId, LabelId, Routing, TeamId};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use crate::ambient::Ambient;
use crate::error::{Error, Result};
use crate::table::inbox;

pub use hours::Hours;
pub use inbound::InboxInbound;
pub use mail::InboxMail;
pub use refused::RefusedSite;
pub(crate) use refused::RefusedSites;
pub use retention::{PageUrl, Retention};
pub use secrets::SecretOf;
use secrets::Secrets;
pub use settings::InboxSettings;
pub use site::Site;

/// The default color of an inbox.
const COLOR: &str = "#2f6f5e";

/// One site or brand.
#[derive(Clone, PartialEq)]
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

impl From<Inbox> for protocol::Inbox {
    fn from(Inbox { id, name, key, .. }: Inbox) -> Self {
        Self { id, name, key }
    }
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
        crate::visitor::proof::jwt_secret(self.secrets.identity.now())
    }

    /// Whether a page of `origin` may embed the chat.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        Site::parse(origin)
            .is_ok_and(|site| self.allowed_sites.iter().any(|ours| ours.covers(&site)))
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
    let row = inbox::Entity::find_by_id(id).one(db).await?;
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

pub(crate) fn from_row(row: inbox::Model, ambient: &Ambient) -> Result<Inbox> {
    let secrets = Secrets::open(ambient, row.id, &row.secrets)?;
    let hours = row.hours.as_deref().map(|text| Hours::parse(text, &row.time_zone)).transpose();
    let sites = row.allowed_sites.lines().map(Site::parse).collect::<std::result::Result<_, _>>();
    Ok(Inbox {
        mail: InboxMail::of(&row),
        inbound: InboxInbound::of(&row, &secrets),
        retention: Retention::of(&row),
        id: row.id,
        key: row.key,
        name: row.name,
        allowed_sites: sites.map_err(|_| Error::Corrupt("an inbox's allowed sites"))?,
        color: row.color,
        requires_identity: row.requires_identity,
        hours: hours.map_err(|_| Error::Corrupt("an inbox's hours"))?,
        time_zone: row.time_zone,
        routing: row.routing,
        team: row.team_id,
        label: row.label_id,
        secrets,
    })
}
