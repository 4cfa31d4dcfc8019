//! Changes an inbox's email settings.

use protocol::{ErrorCode, InboxId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::{Inbox, InboxMail, from_row};
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::table::inbox;

impl Domain {
    /// Changes the settings for the email that an inbox sends. They also apply to emails that are already
    /// queued.
    ///
    /// # Errors
    /// `inbox_unknown`, `email_invalid`, `mail_settings_invalid`; store errors.
    pub async fn set_inbox_mail(&self, id: InboxId, mail: InboxMail) -> Result<Inbox> {
        self.writer.run(SetMail { id, mail: mail.check()? }).await
    }
}

struct SetMail {
    id: InboxId,
    mail: InboxMail,
}

impl Command for SetMail {
    type Output = Inbox;
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Inbox> {
        let found = inbox::Entity::find_by_id(self.id).one(write.tx).await?;
        let mut row: inbox::ActiveModel = found.ok_or(ErrorCode::InboxUnknown)?.into();
        let InboxMail { from, team_address, to_visitors, unread_wait_ms, an_hour } = &self.mail;
        row.mail_from = Set(from.clone());
        row.team_address = Set(team_address.clone());
        row.mails_visitors = Set(*to_visitors);
        row.unread_wait_ms = Set(*unread_wait_ms as i64);
        row.mails_an_hour = Set(an_hour.cast_signed());
        from_row(row.update(write.tx).await?, write.ambient)
    }
}
