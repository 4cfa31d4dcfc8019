//! Visitor identity as verified by the site's server, and details of visits.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, boolean, string_null, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Visitor {
    Table,
    InboxId,
    UserId,
    Email,
    Attributes,
    Page,
    Referrer,
    Browser,
    Language,
    TimeZone,
    LastSeenAtMs,
}

#[derive(DeriveIden)]
enum Inbox {
    Table,
    IdentitySecret,
    RequiresIdentity,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let visitor = [
            string_null(Visitor::UserId),
            string_null(Visitor::Email),
            text_null(Visitor::Attributes),
            text_null(Visitor::Page),
            text_null(Visitor::Referrer),
            text_null(Visitor::Browser),
            string_null(Visitor::Language),
            string_null(Visitor::TimeZone),
            big_integer_null(Visitor::LastSeenAtMs),
        ];
        for column in visitor {
            crate::add_column(manager, Visitor::Table, column).await?;
        }
        // An existing inbox has no secret until its owner requests one.
        let inbox = [
            string_null(Inbox::IdentitySecret),
            boolean(Inbox::RequiresIdentity).default(false).to_owned(),
        ];
        for column in inbox {
            crate::add_column(manager, Inbox::Table, column).await?;
        }
        let user = Index::create()
            .name("visitor_user")
            .table(Visitor::Table)
            .col(Visitor::InboxId)
            .col(Visitor::UserId)
            .unique()
            .to_owned();
        manager.create_index(user).await
    }
}
