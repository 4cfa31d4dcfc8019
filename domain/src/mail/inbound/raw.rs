//! Original inbound emails, for as long as they are retained: what the program understood of an email may be
//! less than what it says.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use protocol::{ErrorCode, InboundId, InboundState, UnixMillis};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SelectStatement;

use crate::Domain;
use crate::agent::Agent;
use crate::command::Write;
use crate::conversation::seen;
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::inbound_mail;

/// How many emails are swept at a time.
const AT_A_TIME: u64 = 100;

/// An inbound email as it came (RFC 5322).
pub struct RawMail {
    /// Its size, in bytes.
    pub bytes: u64,
    /// Its content.
    pub content: BoxStream<'static, std::io::Result<Bytes>>,
}

impl Domain {
    /// An inbound email as it came, for an agent who may see it.
    ///
    /// # Errors
    /// `mail_unknown`, also once it is no longer stored; `conversation_unknown` if the agent may not see its
    /// conversation; store errors.
    pub async fn raw_inbound(&self, agent: &Agent, id: InboundId) -> Result<RawMail> {
        let row = self.inbound_for(agent, id).await?;
        if let Some(conversation) = row.conversation_id {
            seen(&self.store.reader, conversation, agent).await?;
        }
        let place = row.place.ok_or(ErrorCode::MailUnknown)?;
        let (bytes, content) = self.blobs.get_mail(place).await?;
        Ok(RawMail { bytes, content })
    }

    /// Deletes what was retained long enough: the original of an email that is a message, and all of an email
    /// that was ignored or dismissed. Emails held for review stay.
    ///
    /// # Errors
    /// Store errors.
    pub async fn sweep_inbound(&self) -> Result<()> {
        let before_ms = self.ambient.now_ms() - self.mail_rules.kept_ms;
        while self.sweep_some(before_ms).await? >= AT_A_TIME {}
        Ok(())
    }

    /// Returns how many emails were swept.
    async fn sweep_some(&self, before_ms: UnixMillis) -> Result<u64> {
        let mut done = 0;
        let old = inbound_mail::Entity::find()
            .filter(inbound_mail::COLUMN.settled_at_ms.lt(before_ms))
            .limit(AT_A_TIME)
            .select_only()
            .column(inbound_mail::Column::Id)
            .column(inbound_mail::Column::Place);
        let posted = old
            .clone()
            .filter(inbound_mail::COLUMN.state.eq(InboundState::Posted))
            .filter(inbound_mail::COLUMN.place.is_not_null());
        let posted: Vec<(InboundId, Option<Uuid>)> =
            posted.into_tuple().all(&self.store.reader).await?;
        for (id, place) in posted {
            self.remove_content(id, place).await?;
            done += 1;
        }
        let over = [InboundState::Ignored, InboundState::Discarded];
        let over = old.filter(inbound_mail::COLUMN.state.is_in(over));
        let over: Vec<(InboundId, Option<Uuid>)> =
            over.into_tuple().all(&self.store.reader).await?;
        for (id, place) in over {
            self.remove_content(id, place).await?;
            inbound_mail::Entity::delete_by_id(id).exec(&self.store.reader).await?;
            done += 1;
        }
        Ok(done)
    }

    async fn remove_content(&self, id: InboundId, place: Option<Uuid>) -> Result<()> {
        let Some(place) = place else { return Ok(()) };
        self.blobs.remove_mail(place).await?;
        inbound_mail::Entity::update_many()
            .clear(inbound_mail::COLUMN.place)
            .filter(inbound_mail::COLUMN.id.eq(id))
            .exec(&self.store.reader)
            .await?;
        Ok(())
    }
}

/// Erases who wrote the emails that are messages of these conversations, and has a sweep delete their
/// originals.
pub(crate) async fn forget_senders(
    write: &Write<'_>,
    conversations: SelectStatement,
) -> Result<()> {
    inbound_mail::Entity::update_many()
        .clear(inbound_mail::COLUMN.sender)
        .clear(inbound_mail::COLUMN.sender_name)
        .clear(inbound_mail::COLUMN.checked)
        // A sweep deletes the originals of emails that were finished long ago.
        .assign(inbound_mail::COLUMN.settled_at_ms, UnixMillis::ZERO)
        .filter(inbound_mail::COLUMN.conversation_id.in_subquery(conversations))
        .filter(inbound_mail::COLUMN.state.eq(InboundState::Posted))
        .exec(write.tx)
        .await?;
    Ok(())
}
