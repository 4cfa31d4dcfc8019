//! What changes for conversations once their visitor is identified.

use protocol::{Author, ConversationId, Event, Status, VisitorId};
use sea_orm::entity::prelude::*;

use super::log::Log;
use super::route::leave_queue;
use crate::error::Result;
use crate::hub::HubEvent;
use crate::table::conversation;
use crate::writer::Write;

/// Resolves a conversation that another one replaces.
pub(crate) async fn merge_open(write: &mut Write<'_>, id: ConversationId) -> Result<()> {
    let mut log = Log::lock(write, id).await?;
    log.set_status(Status::Resolved);
    log.row.snoozed_until_ms = None;
    leave_queue(write, &mut log);
    log.event(write, &Author::System {}, Event::Resolved {}).await?;
    log.save(write).await.map(drop)
}

/// Transfers a conversation to another visitor.
pub(crate) async fn hand_over(
    write: &mut Write<'_>,
    id: ConversationId,
    to: VisitorId,
) -> Result<()> {
    let mut log = Log::lock(write, id).await?;
    // Clients that are connected as either visitor reconnect, and get what is theirs now.
    let from = log.row.visitor_id;
    write.publish(HubEvent::Moved { visitor: from });
    write.publish(HubEvent::Moved { visitor: to });
    log.row.visitor_id = to;
    log.row.unresolved_visitor_id = (!log.is_resolved()).then_some(to);
    log.save(write).await.map(drop)
}

/// Tells agents that a visitor's name has changed.
pub(crate) async fn tell_renamed(write: &mut Write<'_>, visitor: VisitorId) -> Result<()> {
    let theirs = conversation::Entity::find()
        .filter(conversation::COLUMN.visitor_id.eq(visitor))
        .all(write.tx)
        .await?;
    for row in theirs {
        let mut log = Log::of(row);
        log.is_news();
        log.save(write).await?;
    }
    Ok(())
}
