//! Agents' logins as rows. What a row's data means is the session library's business.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, TryInsertResult};

use super::Store;
use crate::error::Result;
use crate::table::session;

impl Store {
    /// Adds a session. Says whether the id was free.
    ///
    /// # Errors
    /// The store's.
    pub async fn insert_session(&self, id: &str, data: &str, expires_at_ms: u64) -> Result<bool> {
        let inserted = session::Entity::insert(row(id, data, expires_at_ms))
            .on_conflict_do_nothing()
            .exec(&self.reader)
            .await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(_)))
    }

    /// Writes a session, whether it is there or not.
    ///
    /// # Errors
    /// The store's.
    pub async fn save_session(&self, id: &str, data: &str, expires_at_ms: u64) -> Result<()> {
        let replace = OnConflict::column(session::Column::Id)
            .update_columns([session::Column::Data, session::Column::ExpiresAtMs])
            .to_owned();
        session::Entity::insert(row(id, data, expires_at_ms))
            .on_conflict(replace)
            .exec_without_returning(&self.reader)
            .await?;
        Ok(())
    }

    /// The data of a session that has not ended, and when it will, in milliseconds since 1970.
    ///
    /// # Errors
    /// The store's.
    pub async fn load_session(&self, id: &str, now_ms: u64) -> Result<Option<(String, u64)>> {
        let found = session::Entity::find_by_id(id)
            .filter(session::Column::ExpiresAtMs.gt(now_ms as i64))
            .one(&self.reader)
            .await?;
        Ok(found.map(|row| (row.data, row.expires_at_ms.unsigned_abs())))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete_session(&self, id: &str) -> Result<()> {
        session::Entity::delete_by_id(id).exec(&self.reader).await?;
        Ok(())
    }

    /// Drops the sessions that have ended.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete_ended_sessions(&self, now_ms: u64) -> Result<()> {
        session::Entity::delete_many()
            .filter(session::Column::ExpiresAtMs.lte(now_ms as i64))
            .exec(&self.reader)
            .await?;
        Ok(())
    }
}

fn row(id: &str, data: &str, expires_at_ms: u64) -> session::ActiveModel {
    session::ActiveModel {
        id: Set(id.to_owned()),
        data: Set(data.to_owned()),
        expires_at_ms: Set(expires_at_ms as i64),
    }
}
