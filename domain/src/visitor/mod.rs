//! Visitors, and the tokens that prove who they are.

mod about;
mod admit;
mod profile;
mod proof;
mod token;

use protocol::{InboxId, VisitorId};
use sea_orm::ActiveValue::Set;

use crate::table::visitor;
use crate::writer::Write;

pub use about::{About, User};
pub use admit::Admitted;
pub use profile::Profile;

/// A visitor whose token was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitorIdentity {
    /// Whose visitor.
    pub inbox: InboxId,
    /// Which one.
    pub visitor: VisitorId,
}

/// A visitor of whom nothing is known yet.
pub(crate) fn new_row(
    write: &Write<'_>,
    inbox: InboxId,
    visitor: VisitorId,
) -> visitor::ActiveModel {
    visitor::ActiveModel {
        id: Set(visitor.0),
        inbox_id: Set(inbox.0),
        created_at_ms: Set(write.ambient.now_ms() as i64),
        ..Default::default()
    }
}

/// What to call a visitor.
pub(crate) fn display_name(visitor: &visitor::Model) -> String {
    visitor.name.clone().or_else(|| visitor.email.clone()).unwrap_or_else(|| {
        let id = visitor.id.simple().to_string();
        // The end of a UUIDv7 is random; its beginning is a date.
        format!("Visitor {}", id[28..].to_uppercase())
    })
}
