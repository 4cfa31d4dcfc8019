//! Changes how an inbox receives email.

use protocol::{ErrorCode, InboxId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel};
use url::Url;

use super::inbound::{HIDDEN, InboxInbound, shown};
use super::{Inbox, Secrets, from_row};
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::table::{inbox, mailbox};

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

struct SetInbound {
    id: InboxId,
    inbound: InboxInbound,
}

impl Command for SetInbound {
    type Output = Inbox;
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Inbox> {
        let found = inbox::Entity::find_by_id(self.id).one(write.tx).await?;
        let found = found.ok_or(ErrorCode::InboxUnknown)?;
        let InboxInbound { address, mailbox } = &self.inbound;
        if let Some(address) = address {
            // An address belongs to one inbox, which receives all email to it.
            let others = inbox::Entity::find()
                .filter(inbox::COLUMN.inbound_address.eq(address))
                .filter(inbox::COLUMN.id.ne(self.id));
            if others.count(write.tx).await? > 0 {
                return Err(ErrorCode::InboundAddressInvalid.into());
            }
        }
        let mut secrets = Secrets::open(write.ambient, found.id, &found.secrets)?;
        let known = secrets.mailbox.clone();
        let meant =
            |given: &String| meant(given, known.as_deref()).ok_or(ErrorCode::ImapUrlInvalid);
        let mailbox = mailbox.as_ref().map(meant).transpose()?;
        let place_of = |url: &Option<String>| url.as_deref().and_then(place);
        if let Some(place) = place_of(&mailbox) {
            // If two inboxes read one mailbox, each email would be in both.
            let others = inbox::Entity::find().filter(inbox::COLUMN.id.ne(self.id));
            for other in others.all(write.tx).await? {
                let other = Secrets::open(write.ambient, other.id, &other.secrets)?.mailbox;
                if place_of(&other).as_ref() == Some(&place) {
                    return Err(ErrorCode::MailboxTaken.into());
                }
            }
        }
        if place_of(&mailbox) != place_of(&known) {
            // A new mailbox is read starting with its next email.
            mailbox::Entity::delete_by_id(self.id).exec(write.tx).await?;
        }
        secrets.mailbox = mailbox;
        let mut row = found.into_active_model();
        row.inbound_address = Set(address.clone());
        row.secrets = Set(secrets.seal(write.ambient, self.id));
        from_row(row.update(write.tx).await?, write.ambient)
    }
}
