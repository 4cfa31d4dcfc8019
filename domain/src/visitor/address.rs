//! Where a visitor is answered when they are gone: an address that they leave in the chat.

use async_trait::async_trait;
use protocol::{ConversationId, ErrorCode};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use super::VisitorIdentity;
use super::about::{About, User};
use crate::Domain;
use crate::agent::check_email;
use crate::error::Result;
use crate::table::{conversation, visitor};
use crate::writer::{Command, Shard, Write};

impl Domain {
    /// Whether a visitor is to be asked for an address: their inbox mails its visitors, takes their own word
    /// for who they are, and knows no address of theirs.
    ///
    /// # Errors
    /// The store's.
    pub async fn asks_for_address(&self, who: &VisitorIdentity) -> Result<bool> {
        let inbox = crate::inbox::find(&self.store.reader, &self.ambient, who.inbox).await?;
        if !inbox.mail.to_visitors || inbox.requires_identity {
            return Ok(false);
        }
        let row = visitor::Entity::find_by_id(who.visitor.0).one(&self.store.reader).await?;
        Ok(row.is_some_and(|row| row.email.is_none()))
    }

    /// Notes the address that a visitor leaves, and owes them word that what they wrote has come in. It is
    /// not proven to be theirs.
    ///
    /// # Errors
    /// `email_invalid`; `identity_required` where the inbox takes no visitor's own word; the store's.
    pub async fn leave_address(&self, who: &VisitorIdentity, address: &str) -> Result<()> {
        let email = Some(check_email(address)?);
        let inbox = crate::inbox::find(&self.store.reader, &self.ambient, who.inbox).await?;
        if inbox.requires_identity {
            return Err(ErrorCode::IdentityRequired.into());
        }
        let about = About { user: Some(User { email, ..User::default() }), ..About::default() };
        self.note_visitor(who, about, None).await?;
        self.writer.run(Tell { who: *who }).await
    }
}

/// Tells a visitor who waits for an answer that what they wrote has come in.
struct Tell {
    who: VisitorIdentity,
}

#[async_trait]
impl Command for Tell {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::of(self.who.visitor.0)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let waits = conversation::Entity::find()
            .filter(conversation::Column::UnresolvedVisitorId.eq(self.who.visitor.0))
            .filter(conversation::Column::WaitingSinceMs.is_not_null())
            .lock_exclusive()
            .one(write.tx)
            .await?;
        let Some(row) = waits else { return Ok(()) };
        let inbox = crate::inbox::find(write.tx, write.ambient, self.who.inbox).await?;
        crate::mail::owe_received(write, &inbox, ConversationId(row.id)).await
    }
}
