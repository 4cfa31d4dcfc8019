//! Recognizes visitors by their tokens, and makes the rows of new ones.

use protocol::{InboxId, VisitorId};
use sea_orm::ActiveValue::Set;

use super::VisitorIdentity;
use crate::Domain;
use crate::ambient::Ambient;
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::visitor;

impl Domain {
    /// The visitor that a token names.
    ///
    /// # Errors
    /// `token_invalid` if it was not issued by this inbox, or is no longer valid; `blocked`; store errors.
    pub async fn recognize(&self, inbox: &Inbox, token: &str) -> Result<VisitorIdentity> {
        let (token, row) = self.open_token(inbox, token).await?;
        let network = row.as_ref().and_then(|row| row.network.as_deref());
        self.check_blocks(inbox.id, token.visitor, network).await?;
        Ok(VisitorIdentity { inbox: inbox.id, visitor: token.visitor })
    }
}

/// A visitor about whom nothing is known yet.
pub(crate) fn new_row(
    ambient: &Ambient,
    inbox: InboxId,
    visitor: VisitorId,
) -> visitor::ActiveModel {
    visitor::ActiveModel {
        id: Set(visitor),
        inbox_id: Set(inbox),
        token_gen: Set(0),
        created_at_ms: Set(ambient.now_ms()),
        ..Default::default()
    }
}
