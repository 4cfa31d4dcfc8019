//! Files attached to entries.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, string, text, text_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Entry {
    Table,
    Files,
}

#[derive(DeriveIden)]
enum File {
    Table,
    Id,
    Place,
    VisitorId,
    InboxId,
    AgentId,
    Name,
    MediaType,
    Bytes,
    Width,
    Height,
    IsStored,
    ConversationId,
    Seq,
    DroppedAtMs,
    CreatedAtMs,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let file = Table::create()
            .table(File::Table)
            .col(uuid(File::Id).primary_key())
            // The key of the content in the blob store. Each upload attempt uses a new one.
            .col(uuid(File::Place))
            // The uploader: a visitor of an inbox, or an agent.
            .col(uuid_null(File::VisitorId))
            .col(uuid_null(File::InboxId))
            .col(uuid_null(File::AgentId))
            .col(text(File::Name))
            .col(string(File::MediaType))
            .col(big_integer(File::Bytes))
            .col(big_integer_null(File::Width))
            .col(big_integer_null(File::Height))
            // Whether the complete content is in the blob store.
            .col(boolean(File::IsStored))
            // The entry it is attached to.
            .col(uuid_null(File::ConversationId))
            .col(big_integer_null(File::Seq))
            // When it was dropped because nobody sent it. Its content is to be removed.
            .col(big_integer_null(File::DroppedAtMs))
            .col(big_integer(File::CreatedAtMs))
            .to_owned();
        manager.create_table(crate::exact(manager, file)).await?;
        let indexes = [
            ("file_of_visitor", vec![File::VisitorId, File::ConversationId]),
            ("file_of_agent", vec![File::AgentId, File::ConversationId]),
            ("file_unsent_of_inbox", vec![File::InboxId, File::ConversationId]),
            ("file_unsent", vec![File::ConversationId, File::CreatedAtMs]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create();
            index.name(name).table(File::Table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        // The files attached to an entry, as a JSON array, so that one read returns all that is shown of the
        // entry.
        crate::add_column(manager, Entry::Table, text_null(Entry::Files)).await
    }
}
