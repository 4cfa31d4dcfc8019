//! Passwords: Argon2id (RFC 9106), off the async threads, and never more than two at once, because
//! each takes 19 MiB.

use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use protocol::ErrorCode;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// How long a password waits for its turn. A flood of logins is then refused, not queued.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is verified where there is no such agent: the answer then takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A PHC string for a password of 10 to 200 characters.
pub(super) async fn hash(password: String, salt: [u8; 16]) -> Result<String> {
    if !(10..=200).contains(&password.chars().count()) {
        return Err(ErrorCode::PasswordLength.into());
    }
    off_thread(move || {
        let hash = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|_| Error::Corrupt("a password's salt"))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one that was hashed.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    off_thread(move || {
        let stored = hash.as_deref().unwrap_or(NOBODY);
        let parsed = PasswordHash::new(stored).map_err(|_| Error::Corrupt("a password's hash"))?;
        let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(right && hash.is_some())
    })
    .await
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let waiting = tokio::time::timeout(PATIENCE, AT_ONCE.acquire()).await;
    let _permit = waiting.map_err(|_| ErrorCode::TooManyAttempts)?.map_err(|_| Error::Stopped)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopped)?
}
