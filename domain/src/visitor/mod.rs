//! Visitors, and the tokens that prove who they are.

mod token;

use protocol::{ErrorCode, InboxId, VisitorId};

use crate::Domain;
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::visitor;

/// A visitor whose token was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitorIdentity {
    /// Whose visitor.
    pub inbox: InboxId,
    /// Which one.
    pub visitor: VisitorId,
}

impl Domain {
    /// The visitor that a token names; without one, the visitor of a seed, or a new one. Writes
    /// nothing: a visitor is kept from their first message on.
    ///
    /// Returns the identity and the token to come back with.
    ///
    /// # Errors
    /// `token_invalid` if the token was not issued by this inbox, `seed_invalid`.
    pub fn admit_visitor(
        &self,
        inbox: &Inbox,
        token: Option<&str>,
        seed: Option<&str>,
    ) -> Result<(VisitorIdentity, String)> {
        let visitor = match (token, seed) {
            (Some(token), _) => {
                token::check(&inbox.secret, token).ok_or(ErrorCode::TokenInvalid)?
            }
            (None, Some(seed)) => {
                token::of_seed(&inbox.secret, seed).ok_or(ErrorCode::SeedInvalid)?
            }
            (None, None) => VisitorId(self.ambient.uuid()),
        };
        let token = token::issue(&inbox.secret, visitor);
        Ok((VisitorIdentity { inbox: inbox.id, visitor }, token))
    }
}

/// What to call a visitor.
pub(crate) fn display_name(visitor: &visitor::Model) -> String {
    visitor.name.clone().unwrap_or_else(|| {
        let id = visitor.id.simple().to_string();
        // The end of a UUIDv7 is random; its beginning is a date.
        format!("Visitor {}", id[28..].to_uppercase())
    })
}
