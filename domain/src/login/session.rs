//! Lasting logins, one row each. The browser stores a random secret, and only its hash is stored here, so that
//! nobody who reads the database can log in with it.

use data_encoding::HEXLOWER;
use protocol::{AgentId, ErrorCode, LoginId, UnixMillis};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder};
use sha2::{Digest, Sha256};

use super::Source;
use crate::Domain;
use crate::agent::{Agent, with_visibility};
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::{agent, session};

/// How long a login lasts at most, in days.
pub const MOST_DAYS: u64 = 30;

/// How long a login lasts without being used, in days.
const IDLE_DAYS: u64 = 7;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How precisely the last use is recorded, in milliseconds: not every request is worth a write.
const SEEN_EVERY_MS: u64 = 5 * 60 * 1_000;

/// Whose login it is, as stored in its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The agent.
    pub agent: AgentId,
    /// The epoch of their logins. Once the agent's epoch changes, all of these are over.
    pub epoch: i32,
    /// The address that they logged in from.
    pub address: String,
    /// The browser that they logged in with.
    pub browser: Option<String>,
}

impl Login {
    /// A new login of an agent as they are now.
    #[must_use]
    pub fn of(agent: &Agent, source: &Source) -> Self {
        Self {
            agent: agent.id,
            epoch: agent.epoch,
            address: source.address.to_string(),
            browser: source.browser.clone(),
        }
    }
}

/// A login, as shown to its agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginDetails {
    /// Its id, which grants no access.
    pub id: LoginId,
    /// The address that it began from.
    pub address: String,
    /// The browser that it began with.
    pub browser: Option<String>,
    /// When it began, in milliseconds since 1970 (UTC).
    pub began_at_ms: UnixMillis,
    /// When it was last used, in milliseconds since 1970 (UTC), to within five minutes.
    pub seen_at_ms: UnixMillis,
    /// Whether it is the login that made the request.
    pub is_this: bool,
}

/// A secret has 128 random bits, so its plain hash can't be reversed by guessing.
pub(super) fn hash(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

impl Domain {
    /// Saves a login, whether it is new or not. `data` belongs to the session library.
    ///
    /// # Errors
    /// Store errors.
    pub async fn save_login(&self, secret: &str, login: &Login, data: &str) -> Result<()> {
        let now_ms = self.ambient.now_ms();
        let row = session::ActiveModel {
            hash: Set(hash(secret)),
            id: Set(LoginId(self.ambient.uuid())),
            agent_id: Set(login.agent),
            epoch: Set(login.epoch),
            data: Set(data.to_owned()),
            address: Set(login.address.clone()),
            browser: Set(login.browser.clone()),
            began_at_ms: Set(now_ms),
            seen_at_ms: Set(now_ms),
            expires_at_ms: Set(now_ms + MOST_DAYS * DAY_MS),
        };
        let replace = OnConflict::column(session::Column::Hash)
            .update_columns([session::Column::Data, session::Column::Epoch])
            .to_owned();
        session::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.store.reader)
            .await?;
        Ok(())
    }

    /// The data of a login that is not over, and when it ends at the latest, in milliseconds since 1970.
    ///
    /// # Errors
    /// Store errors.
    pub async fn load_login(&self, secret: &str) -> Result<Option<(String, UnixMillis)>> {
        let now_ms = self.ambient.now_ms();
        let found = session::Entity::find_by_id(hash(secret))
            .filter(session::COLUMN.expires_at_ms.gt(now_ms))
            .filter(session::COLUMN.seen_at_ms.gt(idle_since(now_ms)))
            .one(&self.store.reader)
            .await?;
        let Some(row) = found else { return Ok(None) };
        if row.seen_at_ms + SEEN_EVERY_MS <= now_ms {
            session::Entity::update_many()
                .assign(session::COLUMN.seen_at_ms, now_ms)
                .filter(session::COLUMN.hash.eq(row.hash))
                .exec(&self.store.reader)
                .await?;
        }
        Ok(Some((row.data, row.expires_at_ms)))
    }

    /// Ends a login.
    ///
    /// # Errors
    /// Store errors.
    pub async fn delete_login(&self, secret: &str) -> Result<()> {
        let query = session::Entity::find_by_id(hash(secret));
        let Some(row) = query.one(&self.store.reader).await? else { return Ok(()) };
        session::Entity::delete_by_id(row.hash).exec(&self.store.reader).await?;
        // The agent's sockets authenticate again, and the one of this login learns that it is over.
        self.hub().disconnect_agent(row.agent_id);
        Ok(())
    }

    /// The agent of a login, if they are part of the team and have not ended the login elsewhere.
    ///
    /// # Errors
    /// Store errors.
    pub async fn find_logged_in(&self, id: AgentId, epoch: i32) -> Result<Option<Agent>> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        match row.filter(|row| row.is_active && row.epoch == epoch) {
            Some(row) => with_visibility(&self.store.reader, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The logins of an agent that are not over, the last used first. `secret` is that of the login that asks.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_logins(&self, agent: &Agent, secret: &str) -> Result<Vec<LoginDetails>> {
        let now_ms = self.ambient.now_ms();
        let this = hash(secret);
        let rows = session::Entity::find()
            .filter(session::COLUMN.agent_id.eq(agent.id))
            .filter(session::COLUMN.epoch.eq(agent.epoch))
            .filter(session::COLUMN.expires_at_ms.gt(now_ms))
            .filter(session::COLUMN.seen_at_ms.gt(idle_since(now_ms)))
            .order_by_desc(session::Column::SeenAtMs)
            .order_by_asc(session::Column::Id)
            .all(&self.store.reader)
            .await?;
        let details = |row: session::Model| LoginDetails {
            id: row.id,
            address: row.address,
            browser: row.browser,
            began_at_ms: row.began_at_ms,
            seen_at_ms: row.seen_at_ms,
            is_this: row.hash == this,
        };
        Ok(rows.into_iter().map(details).collect())
    }

    /// Ends one of an agent's own logins.
    ///
    /// # Errors
    /// `login_unknown`; store errors.
    pub async fn end_login(&self, agent: AgentId, id: LoginId) -> Result<()> {
        let ended = session::Entity::delete_many()
            .filter(session::COLUMN.agent_id.eq(agent))
            .filter(session::COLUMN.id.eq(id))
            .exec(&self.store.reader)
            .await?;
        if ended.rows_affected == 0 {
            return Err(ErrorCode::LoginUnknown.into());
        }
        self.hub().disconnect_agent(agent);
        Ok(())
    }

    /// Deletes logins that are over, and login steps that were never finished.
    ///
    /// # Errors
    /// Store errors.
    pub async fn sweep_logins(&self) -> Result<()> {
        let now_ms = self.ambient.now_ms();
        let is_over = Condition::any()
            .add(session::COLUMN.expires_at_ms.lte(now_ms))
            .add(session::COLUMN.seen_at_ms.lte(idle_since(now_ms)));
        session::Entity::delete_many().filter(is_over).exec(&self.store.reader).await?;
        self.sweep_steps().await
    }
}

/// Logins that have not been used since then are over.
fn idle_since(now_ms: UnixMillis) -> UnixMillis {
    now_ms - IDLE_DAYS * DAY_MS
}

/// Ends all logins of an agent.
pub(crate) async fn end_all(db: &impl ConnectionTrait, agent: AgentId) -> Result<()> {
    let theirs = session::COLUMN.agent_id.eq(agent);
    session::Entity::delete_many().filter(theirs).exec(db).await?;
    Ok(())
}
