//! Collects all data retained about a visitor, for them to read.

use protocol::json::to_string;
use protocol::{ConversationId, ErrorCode, VisitorId};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use serde_json::{Value, json};

use crate::Domain;
use crate::conversation::{Audience, LogEntry};
use crate::error::{Error, Result};
use crate::file::Part;
use crate::table::{
    block, conversation, conversation_label, entry, file, inbound_mail, inbox, label, mail,
    mail_address, visitor,
};
use crate::visitor::{display_name, profile};

/// The rows about a visitor, and the blobs that belong to them.
pub(super) struct Record {
    /// The visitor's display name.
    pub(super) name: String,
    /// All rows, as JSON.
    pub(super) json: Value,
    /// The blobs.
    pub(super) parts: Vec<RecordPart>,
}

/// Something in the blob store.
pub(super) struct RecordPart {
    /// Its path in the archive.
    pub(super) path: String,
    pub(super) place: Uuid,
    pub(super) of: PartOf,
}

/// The kind of blob.
pub(super) enum PartOf {
    File,
    Mail,
}

impl Domain {
    /// Reads all data retained about a visitor.
    ///
    /// # Errors
    /// `visitor_unknown`; store errors.
    pub(super) async fn record(&self, id: VisitorId) -> Result<Record> {
        let db = &self.store.reader;
        let row = visitor::Entity::find_by_id(id).one(db).await?;
        let row = row.ok_or(ErrorCode::VisitorUnknown)?;
        let inbox = inbox::Entity::find_by_id(row.inbox_id).one(db).await?;
        let name = display_name(&row);
        let mut parts = Vec::new();
        let mut conversations = Vec::new();
        let theirs = conversation::Entity::find()
            .filter(conversation::COLUMN.visitor_id.eq(id))
            .order_by_asc(conversation::Column::CreatedAtMs)
            .all(db)
            .await?;
        for one in &theirs {
            conversations.push(self.conversation_record(one).await?);
        }
        let ids: Vec<ConversationId> = theirs.iter().map(|one| one.id).collect();
        let files = self.file_records(id, &ids, &mut parts).await?;
        let mails = self.mail_records(&ids).await?;
        let received = self.received_records(&ids, &mut parts).await?;
        let subscription = match &row.email {
            Some(email) => {
                let key = (row.inbox_id, email.clone());
                mail_address::Entity::find_by_id(key).one(db).await?
            }
            None => None,
        };
        let subscription = subscription.map(|row| {
            json!({
                "address": row.address,
                "unsubscribed_at_ms": row.unsubscribed_at_ms,
                "bounced_at_ms": row.bounced_at_ms,
                "bounce_reason": row.bounce_reason,
            })
        });
        let blocks = block::Entity::find().filter(block::COLUMN.visitor_id.eq(id)).all(db).await?;
        let blocks: Vec<Value> = blocks
            .into_iter()
            .map(
                |row| json!({ "at_ms": row.at_ms, "until_ms": row.until_ms, "by": row.agent_name }),
            )
            .collect();
        let network = row.network.clone();
        let known = profile(row);
        let json = json!({
            "made_at_ms": self.ambient.now_ms(),
            "inbox": { "id": known.inbox, "name": inbox.map(|inbox| inbox.name) },
            "visitor": {
                "id": known.id,
                "user_id": known.user_id,
                "name": known.name,
                "email": known.email,
                "is_email_proven": known.is_email_proven,
                "said_by_the_site": known.vouched,
                "said_by_pages": known.attributes,
                "page": known.page,
                "referrer": known.referrer,
                "browser": known.browser,
                "language": known.language,
                "time_zone": known.time_zone,
                "network": network,
                "last_seen_at_ms": known.last_seen_at_ms,
                "created_at_ms": known.created_at_ms,
            },
            "conversations": conversations,
            "files": files,
            "mails_sent": mails,
            "mails_received": received,
            "mail_preferences": subscription,
            "blocks": blocks,
        });
        Ok(Record { name, json, parts })
    }

    async fn conversation_record(&self, row: &conversation::Model) -> Result<Value> {
        let db = &self.store.reader;
        let on = conversation_label::Entity::find()
            .filter(conversation_label::COLUMN.conversation_id.eq(row.id))
            .all(db)
            .await?;
        let labels = label::Entity::find()
            .filter(label::COLUMN.id.is_in(on.iter().map(|on| on.label_id)))
            .all(db)
            .await?;
        let rows = entry::Entity::find()
            .filter(entry::COLUMN.conversation_id.eq(row.id))
            .order_by_asc(entry::Column::Seq)
            .all(db)
            .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let seen = LogEntry::from_row(row)?.seen_by(Audience::Team);
            let text = to_string(&seen.ok_or(Error::Corrupt("an entry"))?);
            let value: Value =
                serde_json::from_str(&text).map_err(|_| Error::Corrupt("an entry"))?;
            entries.push(value);
        }
        Ok(json!({
            "id": row.id,
            "inbox": row.inbox_id,
            "page": row.page,
            "status": row.status,
            "created_at_ms": row.created_at_ms,
            "last_at_ms": row.last_at_ms,
            "archived_at_ms": row.archived_at_ms,
            "spam_at_ms": row.spam_at_ms,
            "labels": labels.into_iter().map(|label| label.name).collect::<Vec<_>>(),
            "entries": entries,
        }))
    }

    async fn file_records(
        &self,
        id: VisitorId,
        conversations: &[ConversationId],
        parts: &mut Vec<RecordPart>,
    ) -> Result<Vec<Value>> {
        let rows = super::erase::files_of(Some(id), conversations)
            .filter(file::COLUMN.is_stored.eq(true))
            .order_by_asc(file::Column::Id)
            .all(&self.store.reader)
            .await?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            // The id is part of the path, since two files may have the same name.
            let path = format!("files/{}/{}", row.id, row.name);
            records.push(json!({
                "id": row.id,
                "name": row.name,
                "media_type": row.media_type,
                "bytes": row.bytes,
                "conversation": row.conversation_id,
                "seq": row.seq,
                "created_at_ms": row.created_at_ms,
                "path": path,
            }));
            parts.push(RecordPart { path, place: row.place, of: PartOf::File });
        }
        Ok(records)
    }

    async fn mail_records(&self, conversations: &[ConversationId]) -> Result<Vec<Value>> {
        let rows = mail::Entity::find()
            .filter(mail::COLUMN.conversation_id.is_in(conversations.iter().copied()))
            // Emails to the team are not part of the visitor's data.
            .filter(mail::COLUMN.agent_id.is_null())
            .order_by_asc(mail::Column::CreatedAtMs)
            .all(&self.store.reader)
            .await?;
        let record = |row: mail::Model| {
            json!({
                "kind": row.kind,
                "conversation": row.conversation_id,
                "address": row.address,
                "state": row.state,
                "reason": row.reason,
                "created_at_ms": row.created_at_ms,
                "settled_at_ms": row.settled_at_ms,
            })
        };
        Ok(rows.into_iter().map(record).collect())
    }

    async fn received_records(
        &self,
        conversations: &[ConversationId],
        parts: &mut Vec<RecordPart>,
    ) -> Result<Vec<Value>> {
        let rows = inbound_mail::Entity::find()
            .filter(inbound_mail::COLUMN.conversation_id.is_in(conversations.iter().copied()))
            .order_by_asc(inbound_mail::Column::AtMs)
            .all(&self.store.reader)
            .await?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let path = row.place.map(|_| format!("mails/{}.eml", row.id));
            records.push(json!({
                "id": row.id,
                "conversation": row.conversation_id,
                "seq": row.seq,
                "sender": row.sender,
                "sender_name": row.sender_name,
                "subject": row.subject,
                "state": row.state,
                "whole": row.whole,
                "at_ms": row.at_ms,
                "path": path,
            }));
            if let Some((place, path)) = row.place.zip(path) {
                parts.push(RecordPart { path, place, of: PartOf::Mail });
            }
        }
        Ok(records)
    }

    /// Reads a part from the blob store.
    pub(super) async fn part(&self, part: &RecordPart) -> Result<(u64, crate::file::Content)> {
        match part.of {
            PartOf::File => self.blobs.get(part.place, Part::Whole).await,
            PartOf::Mail => self.blobs.get_mail(part.place).await,
        }
    }
}
