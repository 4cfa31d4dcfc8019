//! Inboxes, agents and their sessions, visitors, conversations and their log.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, text, text_null, uuid, uuid_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Inbox {
    Table,
    Id,
    Key,
    Name,
    AllowedSites,
    Color,
    Secret,
    CreatedAtMs,
}

#[derive(DeriveIden)]
enum Agent {
    Table,
    Id,
    Email,
    Name,
    Role,
    PasswordHash,
    CreatedAtMs,
}

#[derive(DeriveIden)]
enum Session {
    Table,
    Id,
    Data,
    ExpiresAtMs,
}

#[derive(DeriveIden)]
enum Visitor {
    Table,
    Id,
    InboxId,
    Name,
    CreatedAtMs,
}

#[derive(DeriveIden)]
enum Conversation {
    Table,
    Id,
    InboxId,
    VisitorId,
    UnresolvedVisitorId,
    Page,
    LastSeq,
    LastPublicSeq,
    LastAtMs,
    LastAuthorKind,
    LastAuthorId,
    LastAuthorName,
    Preview,
    VisitorMessages,
    VisitorReadSeq,
    TeamReadSeq,
    CreatedAtMs,
}

#[derive(DeriveIden)]
enum Entry {
    Table,
    ConversationId,
    Seq,
    PrevPublicSeq,
    Kind,
    AuthorKind,
    AuthorId,
    AuthorName,
    Text,
    ClientId,
    AtMs,
}

#[derive(DeriveIden)]
enum ReadCursor {
    Table,
    ConversationId,
    AgentId,
    Seq,
    VisitorMessages,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            [inbox(), agent(), session(), visitor(), conversation(), entry(), read_cursor()];
        for table in tables {
            manager.create_table(crate::exact(manager, table)).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn inbox() -> TableCreateStatement {
    Table::create()
        .table(Inbox::Table)
        .col(uuid(Inbox::Id).primary_key())
        .col(string(Inbox::Key).unique_key())
        .col(string(Inbox::Name))
        .col(text(Inbox::AllowedSites))
        .col(string(Inbox::Color))
        .col(string(Inbox::Secret))
        .col(big_integer(Inbox::CreatedAtMs))
        .to_owned()
}

fn agent() -> TableCreateStatement {
    Table::create()
        .table(Agent::Table)
        .col(uuid(Agent::Id).primary_key())
        .col(string(Agent::Email).unique_key())
        .col(string(Agent::Name))
        .col(string(Agent::Role))
        .col(string(Agent::PasswordHash))
        .col(big_integer(Agent::CreatedAtMs))
        .to_owned()
}

fn session() -> TableCreateStatement {
    Table::create()
        .table(Session::Table)
        .col(string(Session::Id).primary_key())
        .col(text(Session::Data))
        .col(big_integer(Session::ExpiresAtMs))
        .to_owned()
}

fn visitor() -> TableCreateStatement {
    Table::create()
        .table(Visitor::Table)
        .col(uuid(Visitor::Id).primary_key())
        .col(uuid(Visitor::InboxId))
        .col(text_null(Visitor::Name))
        .col(big_integer(Visitor::CreatedAtMs))
        .foreign_key(
            ForeignKey::create().from(Visitor::Table, Visitor::InboxId).to(Inbox::Table, Inbox::Id),
        )
        .to_owned()
}

fn conversation() -> TableCreateStatement {
    Table::create()
        .table(Conversation::Table)
        .col(uuid(Conversation::Id).primary_key())
        .col(uuid(Conversation::InboxId))
        .col(uuid(Conversation::VisitorId))
        // The visitor while the conversation is unresolved, else null. The unique key enforces, on every
        // store, that a visitor has at most one unresolved conversation.
        .col(uuid_null(Conversation::UnresolvedVisitorId).unique_key())
        .col(text_null(Conversation::Page))
        .col(big_integer(Conversation::LastSeq))
        .col(big_integer(Conversation::LastPublicSeq))
        .col(big_integer(Conversation::LastAtMs))
        .col(string(Conversation::LastAuthorKind))
        .col(uuid_null(Conversation::LastAuthorId))
        .col(text_null(Conversation::LastAuthorName))
        .col(text(Conversation::Preview))
        .col(big_integer(Conversation::VisitorMessages))
        .col(big_integer(Conversation::VisitorReadSeq))
        .col(big_integer(Conversation::TeamReadSeq))
        .col(big_integer(Conversation::CreatedAtMs))
        .foreign_key(
            ForeignKey::create()
                .from(Conversation::Table, Conversation::VisitorId)
                .to(Visitor::Table, Visitor::Id),
        )
        .to_owned()
}

fn entry() -> TableCreateStatement {
    Table::create()
        .table(Entry::Table)
        .col(uuid(Entry::ConversationId))
        .col(big_integer(Entry::Seq))
        .col(big_integer(Entry::PrevPublicSeq))
        .col(string(Entry::Kind))
        .col(string(Entry::AuthorKind))
        .col(uuid_null(Entry::AuthorId))
        .col(text_null(Entry::AuthorName))
        .col(text(Entry::Text))
        .col(uuid(Entry::ClientId))
        .col(big_integer(Entry::AtMs))
        .primary_key(Index::create().col(Entry::ConversationId).col(Entry::Seq))
        .foreign_key(
            ForeignKey::create()
                .from(Entry::Table, Entry::ConversationId)
                .to(Conversation::Table, Conversation::Id),
        )
        .to_owned()
}

fn read_cursor() -> TableCreateStatement {
    Table::create()
        .table(ReadCursor::Table)
        .col(uuid(ReadCursor::ConversationId))
        .col(uuid(ReadCursor::AgentId))
        .col(big_integer(ReadCursor::Seq))
        .col(big_integer(ReadCursor::VisitorMessages))
        .primary_key(Index::create().col(ReadCursor::ConversationId).col(ReadCursor::AgentId))
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 4] {
    [
        Index::create()
            .name("entry_client_id")
            .table(Entry::Table)
            .col(Entry::ConversationId)
            .col(Entry::ClientId)
            .unique()
            .to_owned(),
        Index::create()
            .name("conversation_visitor")
            .table(Conversation::Table)
            .col(Conversation::VisitorId)
            .to_owned(),
        Index::create()
            .name("conversation_recent")
            .table(Conversation::Table)
            .col(Conversation::LastAtMs)
            .to_owned(),
        Index::create()
            .name("session_expiry")
            .table(Session::Table)
            .col(Session::ExpiresAtMs)
            .to_owned(),
    ]
}
