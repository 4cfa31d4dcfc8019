//! A conversation's status, assignee, snooze and archive, and labels.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, string, uuid, uuid_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Conversation {
    Table,
    Id,
    InboxId,
    Status,
    AssigneeId,
    ArchivedAtMs,
    SnoozedUntilMs,
    LoggedAtMs,
    LastAtMs,
}

#[derive(DeriveIden)]
enum Entry {
    Table,
    Kind,
    IsPublic,
}

#[derive(DeriveIden)]
enum Label {
    Table,
    Id,
    Name,
    Color,
    CreatedAtMs,
}

#[derive(DeriveIden)]
enum ConversationLabel {
    Table,
    ConversationId,
    LabelId,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The time of the last entry of any kind, or 0 until the next one, which is never earlier than the
        // existing entries.
        let columns = [
            string(Conversation::Status).default("open").to_owned(),
            uuid_null(Conversation::AssigneeId),
            big_integer_null(Conversation::ArchivedAtMs),
            big_integer_null(Conversation::SnoozedUntilMs),
            big_integer(Conversation::LoggedAtMs).default(0).to_owned(),
        ];
        for column in columns {
            crate::add_column(manager, Conversation::Table, column).await?;
        }
        let is_public = boolean(Entry::IsPublic).default(false).to_owned();
        crate::add_column(manager, Entry::Table, is_public).await?;
        let messages = Query::update()
            .table(Entry::Table)
            .value(Entry::IsPublic, true)
            .and_where(Expr::col(Entry::Kind).eq("message"))
            .to_owned();
        manager.execute(messages).await?;
        for table in [label(), conversation_label()] {
            manager.create_table(crate::exact(manager, table)).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn label() -> TableCreateStatement {
    Table::create()
        .table(Label::Table)
        .col(uuid(Label::Id).primary_key())
        .col(string(Label::Name).unique_key())
        .col(string(Label::Color))
        .col(big_integer(Label::CreatedAtMs))
        .to_owned()
}

fn conversation_label() -> TableCreateStatement {
    Table::create()
        .table(ConversationLabel::Table)
        .col(uuid(ConversationLabel::ConversationId))
        .col(uuid(ConversationLabel::LabelId))
        .primary_key(
            Index::create().col(ConversationLabel::ConversationId).col(ConversationLabel::LabelId),
        )
        .foreign_key(
            ForeignKey::create()
                .from(ConversationLabel::Table, ConversationLabel::ConversationId)
                .to(Conversation::Table, Conversation::Id),
        )
        .foreign_key(
            ForeignKey::create()
                .from(ConversationLabel::Table, ConversationLabel::LabelId)
                .to(Label::Table, Label::Id)
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

/// One index for each query of the list. Each ends in the order of the list.
fn indexes() -> Vec<IndexCreateStatement> {
    let list = |name: &str, first: Conversation| {
        Index::create()
            .name(name)
            .table(Conversation::Table)
            .col(first)
            .col(Conversation::LastAtMs)
            .col(Conversation::Id)
            .to_owned()
    };
    vec![
        list("conversation_status", Conversation::Status),
        list("conversation_assignee", Conversation::AssigneeId),
        list("conversation_inbox", Conversation::InboxId),
        Index::create()
            .name("conversation_snoozed")
            .table(Conversation::Table)
            .col(Conversation::SnoozedUntilMs)
            .to_owned(),
        Index::create()
            .name("conversation_label_label")
            .table(ConversationLabel::Table)
            .col(ConversationLabel::LabelId)
            .to_owned(),
    ]
}
