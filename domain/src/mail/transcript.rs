//! Transcripts of conversations by email, on request.

use protocol::{ConversationId, ErrorCode, MailKind, MailState, Seq};
use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use crate::Domain;
use crate::agent::Agent;
use crate::command::{Command, Shard, Write};
use crate::conversation::seen;
use crate::error::Result;
use crate::table::{mail, visitor};

impl Domain {
    /// Queues a transcript of the conversation so far for its visitor. It repeats what was typed, so it only
    /// goes to an address that is known to be theirs.
    ///
    /// # Errors
    /// `conversation_unknown`, `address_unproven`; store errors.
    pub async fn mail_transcript(&self, agent: &Agent, id: ConversationId) -> Result<()> {
        self.writer.run(Transcript { agent: agent.clone(), id }).await?;
        self.touch_outbox();
        Ok(())
    }
}

struct Transcript {
    agent: Agent,
    id: ConversationId,
}

impl Command for Transcript {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::of(self.id)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let row = seen(write.tx, self.id, &self.agent).await?;
        let visitor = visitor::Entity::find_by_id(row.visitor_id).one(write.tx).await?;
        let is_known =
            |visitor: &visitor::Model| visitor.is_email_proven && visitor.email.is_some();
        visitor.filter(is_known).ok_or(ErrorCode::AddressUnproven)?;
        let waiting = mail::Entity::find()
            .filter(mail::COLUMN.conversation_id.eq(row.id))
            .filter(mail::COLUMN.kind.eq(MailKind::Transcript))
            .filter(mail::COLUMN.state.eq(MailState::Waiting))
            .limit(1);
        // Someone who asks twice wants one transcript.
        if row.last_public_seq == Seq::START || !waiting.all(write.tx).await?.is_empty() {
            return Ok(());
        }
        let now_ms = write.ambient.now_ms();
        let row = mail::ActiveModel {
            inbox_id: Set(Some(row.inbox_id)),
            conversation_id: Set(Some(row.id)),
            from_seq: Set(Some(Seq(1))),
            through_seq: Set(Some(row.last_public_seq)),
            ..super::row::new_row(write.ambient, MailKind::Transcript, now_ms)
        };
        mail::Entity::insert(row).exec_without_returning(write.tx).await?;
        Ok(())
    }
}
