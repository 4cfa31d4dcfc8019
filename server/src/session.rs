//! Agents' sessions: tower-sessions on top of our store.

use async_trait::async_trait;
use domain::Domain;
use domain::login::{Login, MOST_DAYS};
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use crate::public_url::PublicUrl;

/// Sessions as rows of the store, one per login.
#[derive(Clone)]
pub(crate) struct StoredSessions(Domain);

impl std::fmt::Debug for StoredSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredSessions")
    }
}

/// The layer that gives each request its session.
pub(crate) fn layer(domain: Domain, public_url: &PublicUrl) -> SessionManagerLayer<StoredSessions> {
    let is_secure = public_url.is_secure();
    // With https, the name's prefix makes browsers send the cookie to this host only (RFC 6265bis, section
    // 4.1.3.2).
    let name = if is_secure { "__Host-porchlight_session" } else { "porchlight_session" };
    let days = time::Duration::days(i64::try_from(MOST_DAYS).unwrap_or(i64::MAX));
    SessionManagerLayer::new(StoredSessions(domain))
        .with_name(name)
        .with_path("/")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(is_secure)
        .with_expiry(Expiry::OnInactivity(days))
}

/// The login of a session, and its data as JSON.
fn read(record: &Record) -> Result<(Login, String)> {
    let login = record.data.get(app::LOGIN).and_then(app::login_in);
    let login = login.ok_or_else(|| Error::Encode("a session without a login".to_owned()))?;
    let data = serde_json::to_string(&record.data);
    Ok((login, data.map_err(|error| Error::Encode(error.to_string()))?))
}

fn failed(error: domain::Error) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for StoredSessions {
    /// Does not check that the id is free: it has 128 random bits.
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let (login, data) = read(record)?;
        self.0.save_login(&record.id.to_string(), &login, &data).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self.0.load_login(&id.to_string()).await.map_err(failed)?;
        let Some((data, expires_at_ms)) = found else { return Ok(None) };
        let data = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let seconds = i64::try_from(expires_at_ms.seconds()).unwrap_or(0);
        let expiry_date = OffsetDateTime::from_unix_timestamp(seconds)
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.delete_login(&id.to_string()).await.map_err(failed)
    }
}
