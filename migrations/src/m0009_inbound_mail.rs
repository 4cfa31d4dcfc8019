//! Inbound email: the state of each email, the read position of each mailbox, and how an inbox receives email.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, string, string_null, text_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum InboundMail {
    Table,
    Id,
    InboxId,
    Digest,
    State,
    Reason,
    Allowed,
    Sender,
    SenderName,
    Subject,
    MessageId,
    ConversationId,
    Seq,
    Whole,
    LeftOut,
    Place,
    Bytes,
    Attempts,
    DueAtMs,
    AtMs,
    SettledAtMs,
}

#[derive(DeriveIden)]
enum Mailbox {
    Table,
    InboxId,
    UidValidity,
    Uid,
    LookedAtMs,
    Trouble,
}

#[derive(DeriveIden)]
enum Inbox {
    Table,
    InboundAddress,
    ImapUrl,
    InboundKey,
}

#[derive(DeriveIden)]
enum Mail {
    Table,
    MessageId,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mail = Table::create()
            .table(InboundMail::Table)
            .col(uuid(InboundMail::Id).primary_key())
            .col(uuid(InboundMail::InboxId))
            // The email's identity, since the same email may arrive by several routes and repeatedly.
            .col(string(InboundMail::Digest))
            .col(string(InboundMail::State))
            .col(string_null(InboundMail::Reason))
            // The agent's decision about an email that was held for review.
            .col(string_null(InboundMail::Allowed))
            .col(string_null(InboundMail::Sender))
            .col(string_null(InboundMail::SenderName))
            .col(text_null(InboundMail::Subject))
            .col(string_null(InboundMail::MessageId))
            // The conversation it replies to, and the entry it became.
            .col(uuid_null(InboundMail::ConversationId))
            .col(big_integer_null(InboundMail::Seq))
            .col(text_null(InboundMail::Whole))
            .col(text_null(InboundMail::LeftOut))
            // The key of the raw source in the blob store, until the email is finished.
            .col(uuid_null(InboundMail::Place))
            .col(big_integer(InboundMail::Bytes))
            .col(integer(InboundMail::Attempts))
            .col(big_integer(InboundMail::DueAtMs))
            .col(big_integer(InboundMail::AtMs))
            .col(big_integer_null(InboundMail::SettledAtMs))
            .to_owned();
        manager.create_table(crate::exact(manager, mail)).await?;
        let mut once = Index::create();
        once.name("inbound_mail_once").table(InboundMail::Table).unique();
        once.col(InboundMail::InboxId).col(InboundMail::Digest);
        manager.create_index(once.to_owned()).await?;
        let indexes = [
            ("inbound_mail_due", vec![InboundMail::State, InboundMail::DueAtMs]),
            ("inbound_mail_of_conversation", vec![InboundMail::ConversationId, InboundMail::Seq]),
            ("inbound_mail_message_id", vec![InboundMail::MessageId]),
            ("inbound_mail_of_sender", vec![InboundMail::Sender, InboundMail::AtMs]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create();
            index.name(name).table(InboundMail::Table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        // Finds the email that a reply refers to.
        let mut answered = Index::create();
        answered.name("mail_message_id").table(Mail::Table).col(Mail::MessageId);
        manager.create_index(answered.to_owned()).await?;
        let mailbox = Table::create()
            .table(Mailbox::Table)
            .col(uuid(Mailbox::InboxId).primary_key())
            .col(big_integer_null(Mailbox::UidValidity))
            .col(big_integer_null(Mailbox::Uid))
            .col(big_integer(Mailbox::LookedAtMs))
            .col(text_null(Mailbox::Trouble))
            .to_owned();
        manager.create_table(crate::exact(manager, mailbox)).await?;
        let inbox = [
            string_null(Inbox::InboundAddress),
            text_null(Inbox::ImapUrl),
            string_null(Inbox::InboundKey),
        ];
        for column in inbox {
            crate::add_column(manager, Inbox::Table, column).await?;
        }
        Ok(())
    }
}
