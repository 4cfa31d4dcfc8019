//! Passwords: Argon2id (RFC 9106), on two dedicated threads, because each hash takes 19 MiB.
//!
//! Only work that someone waits for occupies one of the two threads: the queued work of a client that has
//! disconnected is skipped. Each thread keeps its memory, because an allocator that gets it back after each
//! password would keep far more. Known browsers go first, so that a flood of logins only keeps out strangers.

use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use protocol::ErrorCode;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::error::{Error, Result};

/// How long a password waits for its turn. In a flood, logins are refused instead of queued.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most jobs that wait in each queue.
const WAITING: usize = 64;

const THREADS: usize = 2;

/// The hash that is verified if there is no such agent, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The lowest accepted strength of a password, from 0 to 4 (zxcvbn). The next lower one takes a million guesses
/// at most.
const STRENGTH: u8 = 2;

/// A shorter password must be stronger: many people choose one that is as short as allowed.
const SHORT: usize = 12;

/// Common passwords of 10 and more characters that zxcvbn takes for hard to guess, in lower case.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Checks that a password has 10 to 200 characters and is neither common nor made of what is known about its
/// agent.
pub(crate) fn check(password: &str, known: &[&str]) -> Result<()> {
    if !(10..=200).contains(&password.chars().count()) {
        return Err(ErrorCode::PasswordLength.into());
    }
    let mut words: Vec<&str> = known.to_vec();
    words.extend(known.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())));
    words.push("porchlight");
    if COMMON.contains(password.to_lowercase().as_str()) {
        return Err(ErrorCode::PasswordWeak.into());
    }
    // A longer text takes long to rate, and is not guessed anyway.
    let begin: String = password.chars().take(60).collect();
    let needed = if password.chars().count() < SHORT { STRENGTH + 1 } else { STRENGTH };
    if u8::from(zxcvbn::zxcvbn(&begin, &words).score()) < needed {
        return Err(ErrorCode::PasswordWeak.into());
    }
    Ok(())
}

/// The PHC string of a password that was checked.
pub(crate) async fn hash(password: String, salt: [u8; 16]) -> Result<String> {
    POOL.run(true, move || {
        let hash = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|_| Error::Corrupt("a password's salt"))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one that was hashed.
pub(crate) async fn verify(password: String, hash: Option<String>, is_known: bool) -> Result<bool> {
    POOL.run(is_known, move || {
        let stored = hash.as_deref().unwrap_or(NOBODY);
        let parsed = PasswordHash::new(stored).map_err(|_| Error::Corrupt("a password's hash"))?;
        let right = is_right(&password, &parsed).ok_or(Error::Corrupt("a password's hash"))?;
        Ok(right && hash.is_some())
    })
    .await
}

thread_local! {
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// `None` if the stored hash is not of this algorithm.
fn is_right(password: &str, stored: &PasswordHash) -> Option<bool> {
    if stored.algorithm != Algorithm::Argon2id.ident() {
        return None;
    }
    let (salt, expected) = (stored.salt?, stored.hash?);
    let params = Params::try_from(stored).ok()?;
    let blocks = params.block_count();
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut computed = [0; Output::MAX_LENGTH];
    let computed = computed.get_mut(..expected.len())?;
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() < blocks {
            memory.resize(blocks, Block::new());
        }
        argon.hash_password_into_with_memory(password.as_bytes(), &salt, computed, memory).ok()
    })?;
    // `Output` compares in constant time.
    Some(Output::new(computed).ok()? == expected)
}

static POOL: LazyLock<&Pool> = LazyLock::new(Pool::start);

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Pool {
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Default)]
struct Waiting {
    known: VecDeque<Job>,
    strangers: VecDeque<Job>,
}

impl Pool {
    /// Starts the threads, which run as long as the program does.
    fn start() -> &'static Self {
        let pool: &Self = Box::leak(Box::default());
        for number in 0..THREADS {
            let named = thread::Builder::new().name(format!("password-{number}"));
            named.spawn(|| pool.work()).expect("password threads can be spawned");
        }
        pool
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        loop {
            let mut waiting = self.lock();
            let job = loop {
                let Waiting { known, strangers } = &mut *waiting;
                match known.pop_front().or_else(|| strangers.pop_front()) {
                    Some(job) => break job,
                    None => {
                        let woken = self.came.wait(waiting);
                        waiting = woken.unwrap_or_else(PoisonError::into_inner);
                    }
                }
            };
            drop(waiting);
            job();
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        is_known: bool,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move || {
            // The client may have disconnected.
            if !reply.is_closed() {
                let _unheard = reply.send(work());
            }
        });
        {
            let mut waiting = self.lock();
            let lane = if is_known { &mut waiting.known } else { &mut waiting.strangers };
            if lane.len() >= WAITING {
                return Err(ErrorCode::TooManyAttempts.into());
            }
            lane.push_back(job);
        }
        self.came.notify_one();
        let answer = timeout(PATIENCE, answer).await.map_err(|_| ErrorCode::TooManyAttempts)?;
        answer.map_err(|_| Error::Stopped)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_common_or_ones_own_name_is_refused() {
        let refused = |password: &str| check(password, &["Mia Berg", "mia.berg@example.com"]).err();
        for weak in [
            "1234567890",
            "aaaaaaaaaa",
            "password123",
            "mia.berg@example.com",
            "porchlight1",
            "qwertyuiop",
            "FQRG7CS493",
            "1q2w3e4r5t6y7u8i9o0p",
            "telechargement",
        ] {
            assert_eq!(
                refused(weak).map(|error| error.code()),
                Some(ErrorCode::PasswordWeak),
                "{weak}"
            );
        }
        for short in ["", "t9!xQ2", "123456789"] {
            assert_eq!(refused(short).map(|error| error.code()), Some(ErrorCode::PasswordLength));
        }
        for good in
            ["correct horse", "battery staple", "tr0ub4dor&3 and more", "ключ под ковриком у двери"]
        {
            assert!(refused(good).is_none(), "{good}");
        }
        assert!(refused(&"long enough ".repeat(16)).is_none());
        assert!(refused(&"x".repeat(201)).is_some());
    }

    #[tokio::test]
    async fn a_password_is_verified_and_who_hangs_up_leaves_no_work() {
        let hash = hash("correct horse".into(), [7; 16]).await.unwrap();
        // Begun and canceled at once, more than can wait: the next one must not wait for their work.
        for _ in 0..500 {
            let verifying = verify("x".into(), Some(hash.clone()), false);
            drop(timeout(Duration::ZERO, verifying).await);
        }
        assert!(verify("correct horse".into(), Some(hash.clone()), true).await.unwrap());
        assert!(!verify("correct hors".into(), Some(hash.clone()), true).await.unwrap());
        assert!(!verify("correct horse".into(), None, true).await.unwrap());
    }
}
