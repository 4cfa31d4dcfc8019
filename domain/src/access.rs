//! Access tokens, with which programs call the API on behalf of an agent.

use std::collections::{BTreeSet, HashMap};

use data_encoding::HEXLOWER;
use protocol::{AccessTokenId, AgentId, ErrorCode, Person, Scope, UnixMillis};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder};
use sha2::{Digest, Sha256};

use crate::Domain;
use crate::agent::{Agent, check_name};
use crate::error::{Error, Result};
use crate::table::column::Assign;
use crate::table::{access_token, agent};

/// The prefix of every token, by which people and secret scanners recognize one.
const PREFIX: &str = "pl_";

/// The resolution of the last use, in milliseconds, so that not every request causes a write.
const USED_EVERY_MS: u64 = 60_000;

/// An access token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// Its id.
    pub id: AccessTokenId,
    /// What it is for.
    pub name: String,
    /// What it allows.
    pub scopes: BTreeSet<Scope>,
    /// The agent on whose behalf it acts.
    pub agent: Person,
    /// When it was created, in milliseconds since 1970 (UTC).
    pub created_at_ms: UnixMillis,
    /// When it was last used, in milliseconds since 1970 (UTC), accurate to a minute.
    pub last_used_at_ms: Option<UnixMillis>,
}

/// A client that presented a valid access token.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The token.
    pub token: AccessTokenId,
    /// The agent on whose behalf it acts. It may see what this agent may see.
    pub agent: Agent,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
}

impl Domain {
    /// Creates an access token that acts on behalf of an agent. Its text is returned only here: the store
    /// holds only a hash.
    ///
    /// # Errors
    /// `name_invalid`, `scope_required`, `agent_unknown`; store errors.
    pub async fn create_access_token(
        &self,
        name: &str,
        scopes: BTreeSet<Scope>,
        agent: AgentId,
    ) -> Result<String> {
        let name = check_name(name)?;
        if scopes.is_empty() {
            return Err(ErrorCode::ScopeRequired.into());
        }
        self.find_agent(agent).await?.ok_or(ErrorCode::AgentUnknown)?;
        let text = format!("{PREFIX}{}", self.ambient.secret());
        let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        let row = access_token::ActiveModel {
            id: Set(AccessTokenId(self.ambient.uuid())),
            name: Set(name),
            hash: Set(hash(&text)),
            scopes: Set(words.join(" ")),
            agent_id: Set(agent),
            created_at_ms: Set(self.ambient.now_ms()),
            last_used_at_ms: Set(None),
        };
        access_token::Entity::insert(row).exec_without_returning(&self.store.reader).await?;
        Ok(text)
    }

    /// All access tokens, newest first.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_access_tokens(&self) -> Result<Vec<AccessToken>> {
        let rows = access_token::Entity::find()
            .order_by_desc(access_token::Column::CreatedAtMs)
            .order_by_desc(access_token::Column::Id)
            .all(&self.store.reader)
            .await?;
        let agents = agent::Entity::find()
            .filter(agent::COLUMN.id.is_in(rows.iter().map(|row| row.agent_id)))
            .all(&self.store.reader)
            .await?;
        let names: HashMap<AgentId, String> =
            agents.into_iter().map(|row| (row.id, row.name)).collect();
        let token = |row: access_token::Model| {
            let name = names.get(&row.agent_id).cloned().unwrap_or_default();
            Ok(AccessToken {
                id: row.id,
                name: row.name,
                scopes: read_scopes(&row.scopes)?,
                agent: Person { id: row.agent_id, name },
                created_at_ms: row.created_at_ms,
                last_used_at_ms: row.last_used_at_ms,
            })
        };
        rows.into_iter().map(token).collect()
    }

    /// Revokes an access token, with immediate effect.
    ///
    /// # Errors
    /// `access_token_unknown`; store errors.
    pub async fn revoke_access_token(&self, id: AccessTokenId) -> Result<()> {
        let deleted = access_token::Entity::delete_by_id(id).exec(&self.store.reader).await?;
        if deleted.rows_affected == 0 {
            return Err(ErrorCode::AccessTokenUnknown.into());
        }
        Ok(())
    }

    /// Returns the client that an access token identifies.
    ///
    /// # Errors
    /// `access_token_invalid` if it does not exist, was revoked, or acts on behalf of an agent who is no
    /// longer on the team; store errors.
    pub async fn check_access_token(&self, text: &str) -> Result<Bearer> {
        let invalid = ErrorCode::AccessTokenInvalid;
        if !text.starts_with(PREFIX) {
            return Err(invalid.into());
        }
        // Look it up by its hash, so that the time it takes reveals nothing about a secret.
        let found = access_token::Entity::find()
            .filter(access_token::COLUMN.hash.eq(hash(text)))
            .one(&self.store.reader)
            .await?;
        let row = found.ok_or(invalid)?;
        let agent = self.find_agent(row.agent_id).await?.ok_or(invalid)?;
        let now_ms = self.ambient.now_ms();
        if row.last_used_at_ms.is_none_or(|last| last + USED_EVERY_MS <= now_ms) {
            access_token::Entity::update_many()
                .assign(access_token::COLUMN.last_used_at_ms, now_ms)
                .filter(access_token::COLUMN.id.eq(row.id))
                .exec(&self.store.reader)
                .await?;
        }
        Ok(Bearer { token: row.id, agent, scopes: read_scopes(&row.scopes)? })
    }
}

/// A plain hash is enough: a token has 256 random bits, so it can't be guessed from the hash.
fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

fn read_scopes(text: &str) -> Result<BTreeSet<Scope>> {
    let scope = |word| Scope::parse(word).ok_or(Error::Corrupt("a scope"));
    text.split_whitespace().map(scope).collect()
}
