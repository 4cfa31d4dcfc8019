//! Inbox secrets in one column, which the program encrypts; which visitor tokens are still valid; and data
//! about visitors from the site's server, apart from what pages send.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, text, text_null};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Inbox {
    Table,
    Secrets,
    Secret,
    IdentitySecret,
    InboundKey,
    ImapUrl,
}

#[derive(DeriveIden)]
enum Visitor {
    Table,
    TokenGen,
    Vouched,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // In MySQL, text columns can't have a default.
        let secrets = match manager.get_database_backend() {
            DbBackend::MySql => text_null(Inbox::Secrets),
            _ => text(Inbox::Secrets).default("").to_owned(),
        };
        crate::add_column(manager, Inbox::Table, secrets).await?;
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        let all = "SELECT id, secret, identity_secret, inbound_key, imap_url FROM inbox";
        for row in db.query_all_raw(Statement::from_string(backend, all)).await? {
            let id: uuid::Uuid = row.try_get("", "id")?;
            let secret: String = row.try_get("", "secret")?;
            let identity: Option<String> = row.try_get("", "identity_secret")?;
            let inbound: Option<String> = row.try_get("", "inbound_key")?;
            let mailbox: Option<String> = row.try_get("", "imap_url")?;
            // They are encrypted at startup, when the program has the key.
            let secrets = json!({
                "visitors": { "now": secret },
                // If nobody has viewed the secret yet, nobody uses it.
                "identity": { "now": identity.unwrap_or_else(|| format!("{secret}-unseen")) },
                "inbound": inbound.map(|now| json!({ "now": now })),
                "mailbox": mailbox,
            });
            let update = match backend {
                DbBackend::Postgres => "UPDATE inbox SET secrets = $1 WHERE id = $2",
                _ => "UPDATE inbox SET secrets = ? WHERE id = ?",
            };
            let values = [secrets.to_string().into(), id.into()];
            db.execute_raw(Statement::from_sql_and_values(backend, update, values)).await?;
        }
        for column in [
            Inbox::Secret.into_iden(),
            Inbox::IdentitySecret.into_iden(),
            Inbox::InboundKey.into_iden(),
            Inbox::ImapUrl.into_iden(),
        ] {
            let drop = Table::alter().table(Inbox::Table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        let token_gen = integer(Visitor::TokenGen).default(0).to_owned();
        crate::add_column(manager, Visitor::Table, token_gen).await?;
        crate::add_column(manager, Visitor::Table, text_null(Visitor::Vouched)).await
    }
}
