//! Outgoing email: the queue, its outcomes, and addresses that get none.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, string_null, text_null, uuid,
    uuid_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Mail {
    Table,
    Id,
    Kind,
    InboxId,
    AgentId,
    ConversationId,
    Address,
    FromSeq,
    ThroughSeq,
    MessageId,
    State,
    Reason,
    Attempts,
    DueAtMs,
    BegunAtMs,
    SettledAtMs,
    CreatedAtMs,
}

#[derive(DeriveIden)]
enum MailAddress {
    Table,
    InboxId,
    Address,
    UnsubscribedAtMs,
    BouncedAtMs,
    BounceReason,
}

#[derive(DeriveIden)]
enum MailGate {
    Table,
    Id,
}

#[derive(DeriveIden)]
enum Inbox {
    Table,
    MailFrom,
    TeamAddress,
    MailsVisitors,
    UnreadWaitMs,
    MailsAnHour,
}

#[derive(DeriveIden)]
enum Visitor {
    Table,
    IsEmailProven,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mail = Table::create()
            .table(Mail::Table)
            .col(uuid(Mail::Id).primary_key())
            .col(string(Mail::Kind))
            // What it is about: a conversation of an inbox, or an agent.
            .col(uuid_null(Mail::InboxId))
            .col(uuid_null(Mail::AgentId))
            .col(uuid_null(Mail::ConversationId))
            // The address it was sent to.
            .col(string_null(Mail::Address))
            // Fixed at the first attempt, so that every attempt sends the same.
            .col(big_integer_null(Mail::FromSeq))
            .col(big_integer_null(Mail::ThroughSeq))
            .col(string_null(Mail::MessageId))
            .col(string(Mail::State))
            .col(text_null(Mail::Reason))
            .col(integer(Mail::Attempts))
            // The earliest time of the next attempt. Claiming a row moves this on, so that others leave it alone.
            .col(big_integer(Mail::DueAtMs))
            .col(big_integer_null(Mail::BegunAtMs))
            .col(big_integer_null(Mail::SettledAtMs))
            .col(big_integer(Mail::CreatedAtMs))
            .to_owned();
        manager.create_table(crate::exact(manager, mail)).await?;
        let indexes = [
            ("mail_due", vec![Mail::State, Mail::DueAtMs]),
            ("mail_of_conversation", vec![Mail::ConversationId, Mail::Kind, Mail::ThroughSeq]),
            ("mail_of_agent", vec![Mail::AgentId, Mail::State]),
            ("mail_to_address", vec![Mail::Address, Mail::BegunAtMs]),
            ("mail_of_inbox", vec![Mail::InboxId, Mail::Kind, Mail::BegunAtMs]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create();
            index.name(name).table(Mail::Table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        let address = Table::create()
            .table(MailAddress::Table)
            .col(uuid(MailAddress::InboxId))
            .col(string(MailAddress::Address))
            .col(big_integer_null(MailAddress::UnsubscribedAtMs))
            .col(big_integer_null(MailAddress::BouncedAtMs))
            .col(text_null(MailAddress::BounceReason))
            .primary_key(Index::create().col(MailAddress::InboxId).col(MailAddress::Address))
            .to_owned();
        manager.create_table(crate::exact(manager, address)).await?;
        // One row that nothing else refers to, so that locking it blocks nobody else.
        let gate = Table::create()
            .table(MailGate::Table)
            .col(integer(MailGate::Id).primary_key())
            .to_owned();
        manager.create_table(gate).await?;
        let row = Query::insert()
            .into_table(MailGate::Table)
            .columns([MailGate::Id])
            .values_panic([1.into()])
            .to_owned();
        manager.exec_stmt(row).await?;
        let inbox = [
            string_null(Inbox::MailFrom),
            string_null(Inbox::TeamAddress),
            boolean(Inbox::MailsVisitors).default(true).to_owned(),
            big_integer(Inbox::UnreadWaitMs).default(300_000).to_owned(),
            integer(Inbox::MailsAnHour).default(300).to_owned(),
        ];
        for column in inbox {
            crate::add_column(manager, Inbox::Table, column).await?;
        }
        // Whether the reader of the address is known to be the visitor.
        let proven = boolean(Visitor::IsEmailProven).default(false).to_owned();
        crate::add_column(manager, Visitor::Table, proven).await
    }
}
