//! Visitors who write by email.

use protocol::{ConversationId, InboundId, InboxId, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect};

use super::{VisitorIdentity, token};
use crate::command::Write;
use crate::error::Result;
use crate::hub::HubEvent;
use crate::inbox::Inbox;
use crate::table::column::Assign;
use crate::table::{conversation, visitor};

/// The visitor who begins a conversation with an email: always the same one, however often the email is
/// processed.
pub(crate) fn by_mail(inbox: &Inbox, mail: InboundId) -> VisitorId {
    token::of_mail(inbox.secrets.visitors.now(), mail)
}

/// Stores the address that a visitor writes from and the name they use, unless they are already known.
/// Creates the visitor if needed.
pub(crate) async fn writes_by_mail(
    write: &mut Write<'_>,
    who: &VisitorIdentity,
    address: &str,
    name: Option<&str>,
) -> Result<()> {
    let row = super::new_row(write.ambient, who.inbox, who.visitor);
    visitor::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(write.tx).await?;
    let query = visitor::Entity::find_by_id(who.visitor).lock_exclusive();
    let Some(row) = query.one(write.tx).await? else { return Ok(()) };
    if row.email.is_some() && (row.name.is_some() || name.is_none()) {
        return Ok(());
    }
    let known = (row.name.clone(), row.email.clone());
    let mut row = row.into_active_model();
    row.name = Set(known.0.or_else(|| name.map(ToOwned::to_owned)));
    row.email = Set(known.1.or_else(|| Some(address.to_owned())));
    crate::search::index_visitor(write, &mut row);
    visitor::Entity::update(row).exec(write.tx).await?;
    crate::conversation::tell_renamed(write, who.visitor).await
}

/// Records that a conversation's visitor reads an email address. Until then, anyone could have claimed that
/// it is theirs, so tokens issued before are no longer valid.
pub(crate) async fn reads(
    write: &mut Write<'_>,
    inbox: InboxId,
    conversation: ConversationId,
    address: &str,
) -> Result<()> {
    let row = conversation::Entity::find_by_id(conversation).one(write.tx).await?;
    let Some(row) = row else { return Ok(()) };
    let proven = visitor::Entity::update_many()
        .assign(visitor::COLUMN.is_email_proven, true)
        .col_expr(visitor::Column::TokenGen, Expr::col(visitor::Column::TokenGen).add(1))
        .filter(visitor::COLUMN.id.eq(row.visitor_id))
        .filter(visitor::COLUMN.inbox_id.eq(inbox))
        .filter(visitor::COLUMN.email.eq(address))
        .filter(visitor::COLUMN.is_email_proven.eq(false))
        .exec(write.tx)
        .await?;
    if proven.rows_affected > 0 {
        write.publish(HubEvent::Moved { visitor: row.visitor_id });
    }
    Ok(())
}
