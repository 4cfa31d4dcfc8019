//! Mail: what is to be sent, what became of it, and whom nothing is sent to.

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
            // Where it was tried.
            .col(string_null(Mail::Address))
            // These are settled when it is first tried: each try sends the same.
            .col(big_integer_null(Mail::FromSeq))
            .col(big_integer_null(Mail::ThroughSeq))
            .col(string_null(Mail::MessageId))
            .col(string(Mail::State))
            .col(text_null(Mail::Reason))
            .col(integer(Mail::Attempts))
            // Not before then. Whoever tries it moves it on, which keeps others from it meanwhile.
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
        // One row, which nothing else refers to: a lock on it is in nobody's way.
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
        // Whether who reads the address is known to be the visitor.
        let proven = boolean(Visitor::IsEmailProven).default(false).to_owned();
        crate::add_column(manager, Visitor::Table, proven).await
    }
}
