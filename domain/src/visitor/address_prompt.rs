//! The email address that a visitor leaves in the chat, to be answered after they have gone.

use protocol::ErrorCode;
use sea_orm::entity::prelude::*;

use super::VisitorIdentity;
use super::about::{About, User};
use crate::Domain;
use crate::agent::check_email;
use crate::conversation::core::AddressLeft;
use crate::error::Result;
use crate::table::visitor;

impl Domain {
    /// Whether to ask a visitor for an email address: their inbox sends email to visitors, does not require a
    /// proven identity, and knows no address of theirs.
    ///
    /// # Errors
    /// Store errors.
    pub async fn asks_for_address(&self, who: &VisitorIdentity) -> Result<bool> {
        let inbox = crate::inbox::find(&self.store.reader, &self.ambient, who.inbox).await?;
        if !inbox.mail.to_visitors || inbox.requires_identity {
            return Ok(false);
        }
        let row = visitor::Entity::find_by_id(who.visitor).one(&self.store.reader).await?;
        Ok(row.is_some_and(|row| row.email.is_none()))
    }

    /// Stores the email address that a visitor leaves, and queues an email that tells them that their message
    /// was received. It is not proven that the address is theirs.
    ///
    /// # Errors
    /// `email_invalid`; `identity_required` if the inbox requires a proven identity; store errors.
    pub async fn leave_address(&self, who: &VisitorIdentity, address: &str) -> Result<()> {
        let email = Some(check_email(address)?);
        let inbox = crate::inbox::find(&self.store.reader, &self.ambient, who.inbox).await?;
        if inbox.requires_identity {
            return Err(ErrorCode::IdentityRequired.into());
        }
        let about = About { user: Some(User { email, ..User::default() }), ..About::default() };
        self.note_visitor(who, about, None).await?;
        self.writer.decide(AddressLeft(who.visitor)).await
    }
}
