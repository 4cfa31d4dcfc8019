//! Finds the person that a privacy request is about.

use std::collections::HashMap;

use protocol::{FoundPerson, InboxId, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};

use crate::Domain;
use crate::error::Result;
use crate::table::{conversation, inbox, visitor};
use crate::visitor::display_name;

/// The most visitors that are listed.
const LISTED: u64 = 200;

impl Domain {
    /// Finds the visitors of all inboxes with exactly this email address, user id or visitor id. Returns at
    /// most 200, newest first.
    ///
    /// # Errors
    /// Store errors.
    pub async fn find_people(&self, sought: &str) -> Result<Vec<FoundPerson>> {
        let db = &self.store.reader;
        let sought = sought.trim();
        if sought.is_empty() {
            return Ok(Vec::new());
        }
        let is_theirs = Condition::any()
            .add(visitor::COLUMN.email.eq(sought))
            // Addresses are stored as someone typed them, or in lowercase.
            .add(visitor::COLUMN.email.eq(sought.to_lowercase()))
            .add(visitor::COLUMN.user_id.eq(sought))
            .add_option(
                Uuid::parse_str(sought).ok().map(|id| visitor::COLUMN.id.eq(VisitorId(id))),
            );
        let rows = visitor::Entity::find()
            .filter(is_theirs)
            .order_by_desc(visitor::Column::CreatedAtMs)
            .order_by_desc(visitor::Column::Id)
            .limit(LISTED)
            .all(db)
            .await?;
        let inboxes = inbox::Entity::find().all(db).await?;
        let names: HashMap<InboxId, String> =
            inboxes.into_iter().map(|row| (row.id, row.name)).collect();
        let counts: Vec<(VisitorId, i64)> = conversation::Entity::find()
            .select_only()
            .column(conversation::Column::VisitorId)
            .expr_as(conversation::COLUMN.id.count(), "count")
            .filter(conversation::COLUMN.visitor_id.is_in(rows.iter().map(|row| row.id)))
            .group_by(conversation::Column::VisitorId)
            .into_tuple()
            .all(db)
            .await?;
        let counts: HashMap<VisitorId, i64> = counts.into_iter().collect();
        let found = |row: visitor::Model| FoundPerson {
            visitor: row.id,
            name: display_name(&row),
            inbox: row.inbox_id,
            inbox_name: names.get(&row.inbox_id).cloned().unwrap_or_default(),
            is_email_verified: row.is_email_proven,
            conversations: counts.get(&row.id).copied().unwrap_or_default().unsigned_abs(),
            created_at_ms: row.created_at_ms,
            last_seen_at_ms: row.last_seen_at_ms,
            email: row.email,
            user_id: row.user_id,
        };
        Ok(rows.into_iter().map(found).collect())
    }
}
