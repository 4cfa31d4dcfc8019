//! How an inbox receives email: its address, the mailbox that is read, and the key with which providers
//! deliver.

use hmac::Mac;
use protocol::ErrorCode;
use url::Url;

use super::mail::is_sender;
use super::secrets::Rotating;
use super::{Inbox, Secrets};
use crate::agent::check_email;
use crate::error::Result;
use crate::table::inbox;
use crate::visitor::token::mac;

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

    pub(super) fn check(self) -> Result<Self> {
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
    pub fn accepts_mail_by(&self, key: &str) -> bool {
        let secret = self.secrets.visitors.now();
        let is_right = |right: &str| {
            let tag = mac(secret, KEY, right.as_bytes()).finalize().into_bytes();
            mac(secret, KEY, key.as_bytes()).verify(&tag).is_ok()
        };
        let mut all = self.secrets.inbound.iter().flat_map(Rotating::all);
        !key.is_empty() && all.any(is_right)
    }
}

/// The placeholder for a password.
pub(super) const HIDDEN: &str = "*****";

/// The URL of a mailbox as it may be shown.
pub(super) fn shown(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    url.set_password(Some(HIDDEN)).ok()?;
    Some(url.into())
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
