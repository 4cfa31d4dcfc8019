//! How an inbox receives email: its address, the mailbox that is read, and the key with which providers
//! deliver.

use async_trait::async_trait;
use hmac::Mac;
use protocol::{ErrorCode, InboxId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel};
use url::Url;

use super::mail::is_sender;
use super::{Inbox, Rotating, Secrets, from_row};
use crate::Domain;
use crate::agent::check_email;
use crate::error::Result;
use crate::table::{inbox, mailbox};
use crate::visitor::mac;
use crate::writer::{Command, Shard, Write};

/// The longest name before the `@`. A local part has room for 64 characters (RFC 5321, section 4.5.3.1.1), and
/// the token for replies takes 43 of them.
const NAME: usize = 21;

/// Separates this use of the inbox's secret from the others.
const KEY: &[u8] = b"inbound key v1:";

/// How an inbox receives email.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxInbound {
    /// The address that email is sent to. Without one, the inbox receives no email.
    pub address: Option<String>,
    /// The mailbox that is read for it, with its password: `imaps://USER:PASSWORD@HOST/FOLDER`.
    pub mailbox: Option<String>,
}

impl InboxInbound {
    pub(super) fn of(row: &inbox::Model, secrets: &Secrets) -> Self {
        Self { address: row.inbound_address.clone(), mailbox: secrets.mailbox.clone() }
    }

    fn check(self) -> Result<Self> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let address = given(self.address).map(|address| check_email(&address)).transpose()?;
        if address.as_deref().is_some_and(|address| !is_address(address)) {
            return Err(ErrorCode::InboundAddressInvalid.into());
        }
        let mailbox = given(self.mailbox).map(|url| url.trim().to_owned());
        if mailbox.as_deref().is_some_and(|url| !is_mailbox(url)) {
            return Err(ErrorCode::ImapUrlInvalid.into());
        }
        Ok(Self { address, mailbox })
    }
}

impl Inbox {
    /// The address at which the inbox receives email, if it does.
    #[must_use]
    pub fn inbound_address(&self) -> Option<&str> {
        let is_read = self.inbound.mailbox.is_some() || self.secrets.inbound.is_some();
        self.inbound.address.as_deref().filter(|_| is_read)
    }

    /// The URL where providers deliver email, with the key, if there is one. `public_url` is the URL at which
    /// they reach the server. Only owners may see it.
    #[must_use]
    pub fn webhook(&self, public_url: &str) -> Option<String> {
        let mut url = Url::parse(public_url).ok()?;
        url.set_username("mail").ok()?;
        url.set_password(Some(self.secrets.inbound.as_ref().map(Rotating::now)?)).ok()?;
        url.set_path(&format!("/mail/inbound/{}", self.key));
        Some(url.into())
    }

    /// The URL of the mailbox, with the password hidden.
    #[must_use]
    pub fn mailbox_shown(&self) -> Option<String> {
        shown(self.inbound.mailbox.as_deref()?)
    }

    /// Whether providers may deliver email with this key. The comparison takes the same time wherever it fails.
    #[must_use]
    pub fn takes_mail_by(&self, key: &str) -> bool {
        let secret = self.secrets.visitors.now();
        let is_right = |right: &str| {
            let tag = mac(secret, KEY, right.as_bytes()).finalize().into_bytes();
            mac(secret, KEY, key.as_bytes()).verify(&tag).is_ok()
        };
        let mut all = self.secrets.inbound.iter().flat_map(Rotating::all);
        !key.is_empty() && all.any(is_right)
    }
}

impl Domain {
    /// Changes how an inbox receives email. A mailbox URL in the form of [`Inbox::mailbox_shown`] keeps its
    /// password.
    ///
    /// # Errors
    /// `inbox_unknown`, `email_invalid`, `inbound_address_invalid`, `imap_url_invalid`, `mailbox_taken`; store
    /// errors.
    pub async fn set_inbox_inbound(&self, id: InboxId, inbound: InboxInbound) -> Result<Inbox> {
        self.writer.run(SetInbound { id, inbound: inbound.check()? }).await
    }

    /// Revokes the key with which providers deliver an inbox's email.
    ///
    /// # Errors
    /// `inbox_unknown`; store errors.
    pub async fn drop_inbound_key(&self, id: InboxId) -> Result<()> {
        self.change_secrets(id, |secrets| secrets.inbound = None).await
    }
}

/// The placeholder for a password.
const HIDDEN: &str = "*****";

/// The URL of a mailbox as it may be shown.
fn shown(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    url.set_password(Some(HIDDEN)).ok()?;
    Some(url.into())
}

/// The URL that was given, with the known password in place of the placeholder if the user and the server are
/// the same. `None` if the placeholder stands for no known password.
fn meant(given: &str, known: Option<&str>) -> Option<String> {
    let mut meant = Url::parse(given).ok()?;
    if meant.password() != Some(HIDDEN) {
        return Some(given.to_owned());
    }
    let known = Url::parse(known?).ok()?;
    let place = |url: &Url| {
        let host = url.host_str().map(str::to_lowercase);
        (url.scheme().to_owned(), url.username().to_owned(), host, url.port())
    };
    if place(&meant) != place(&known) {
        return None;
    }
    meant.set_password(known.password()).ok()?;
    Some(meant.into())
}

/// The mailbox at a URL, whatever the password.
fn place(url: &str) -> Option<String> {
    shown(url).map(|shown| shown.to_lowercase())
}

/// Whether an address has room for the token for replies.
fn is_address(address: &str) -> bool {
    let name = address.split('@').next().unwrap_or_default();
    is_sender(address) && name.len() <= NAME && !name.contains('+')
}

/// Whether a URL names a mailbox, its user and their password.
fn is_mailbox(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        let is_imap = matches!(url.scheme(), "imap" | "imaps");
        let has_login = !url.username().is_empty() && url.password().is_some();
        is_imap && has_login && url.host_str().is_some_and(|host| !host.is_empty())
    })
}

struct SetInbound {
    id: InboxId,
    inbound: InboxInbound,
}

#[async_trait]
impl Command for SetInbound {
    type Output = Inbox;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Inbox> {
        let found = inbox::Entity::find_by_id(self.id.0).one(write.tx).await?;
        let found = found.ok_or(ErrorCode::InboxUnknown)?;
        let InboxInbound { address, mailbox } = &self.inbound;
        if let Some(address) = address {
            // An address belongs to one inbox, which receives all email to it.
            let others = inbox::Entity::find()
                .filter(inbox::Column::InboundAddress.eq(address))
                .filter(inbox::Column::Id.ne(self.id.0));
            if others.count(write.tx).await? > 0 {
                return Err(ErrorCode::InboundAddressInvalid.into());
            }
        }
        let mut secrets = Secrets::open(write.ambient, &found)?;
        let known = secrets.mailbox.clone();
        let meant =
            |given: &String| meant(given, known.as_deref()).ok_or(ErrorCode::ImapUrlInvalid);
        let mailbox = mailbox.as_ref().map(meant).transpose()?;
        let place_of = |url: &Option<String>| url.as_deref().and_then(place);
        if let Some(place) = place_of(&mailbox) {
            // If two inboxes read one mailbox, each email would be in both.
            let others = inbox::Entity::find().filter(inbox::Column::Id.ne(self.id.0));
            for other in others.all(write.tx).await? {
                let other = Secrets::open(write.ambient, &other)?.mailbox;
                if place_of(&other).as_ref() == Some(&place) {
                    return Err(ErrorCode::MailboxTaken.into());
                }
            }
        }
        if place_of(&mailbox) != place_of(&known) {
            // A new mailbox is read starting with its next email.
            mailbox::Entity::delete_by_id(self.id.0).exec(write.tx).await?;
        }
        secrets.mailbox = mailbox;
        let mut row = found.into_active_model();
        row.inbound_address = Set(address.clone());
        row.secrets = Set(secrets.seal(write.ambient, self.id.0));
        from_row(row.update(write.tx).await?, write.ambient)
    }
}
