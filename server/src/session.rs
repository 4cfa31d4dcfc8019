//! Agents' sessions: tower-sessions over our store.

use async_trait::async_trait;
use domain::Domain;
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use crate::serve::PublicUrl;

/// How long a login lasts.
const LOGIN_DAYS: i64 = 30;

/// Sessions as rows of the store.
#[derive(Clone)]
pub(crate) struct StoredSessions(Domain);

impl std::fmt::Debug for StoredSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredSessions")
    }
}

/// The layer that gives each request its session.
pub(crate) fn layer(domain: Domain, public_url: &PublicUrl) -> SessionManagerLayer<StoredSessions> {
    SessionManagerLayer::new(StoredSessions(domain))
        .with_name("porchlight_session")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(public_url.is_secure())
        .with_expiry(Expiry::OnInactivity(time::Duration::days(LOGIN_DAYS)))
}

fn expires_at_ms(record: &Record) -> u64 {
    u64::try_from(record.expiry_date.unix_timestamp()).unwrap_or(0) * 1_000
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn failed(error: domain::Error) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for StoredSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let data = encode(record)?;
        let store = self.0.store();
        let expires = expires_at_ms(record);
        while !store.insert_session(&record.id.to_string(), &data, expires).await.map_err(failed)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let (id, data) = (record.id.to_string(), encode(record)?);
        self.0.store().save_session(&id, &data, expires_at_ms(record)).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now_ms = self.0.ambient().now_ms();
        let found = self.0.store().load_session(&id.to_string(), now_ms).await.map_err(failed)?;
        let Some((data, expires_at_ms)) = found else { return Ok(None) };
        let data = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let seconds = i64::try_from(expires_at_ms / 1_000).unwrap_or(0);
        let expiry_date = OffsetDateTime::from_unix_timestamp(seconds)
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.store().delete_session(&id.to_string()).await.map_err(failed)
    }
}
