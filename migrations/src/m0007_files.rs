//! Files that entries carry.

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
            // Where its content lies on the shelf: another place for each try to upload it.
            .col(uuid(File::Place))
            // Who uploaded it: a visitor of an inbox, or an agent.
            .col(uuid_null(File::VisitorId))
            .col(uuid_null(File::InboxId))
            .col(uuid_null(File::AgentId))
            .col(text(File::Name))
            .col(string(File::MediaType))
            .col(big_integer(File::Bytes))
            .col(big_integer_null(File::Width))
            .col(big_integer_null(File::Height))
            // Whether the content is on the shelf, as a whole.
            .col(boolean(File::IsStored))
            // The entry that carries it.
            .col(uuid_null(File::ConversationId))
            .col(big_integer_null(File::Seq))
            // When it was given up, because nobody sent it: the content is to be removed.
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
        // What an entry carries, as a JSON array: an entry is read with all that is shown of it.
        crate::add_column(manager, Entry::Table, text_null(Entry::Files)).await
    }
}
