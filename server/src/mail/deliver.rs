//! Sending what is due, until the server stops. What is to be sent is read from the store each time:
//! nothing is remembered here that a restart could lose.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Domain;
use domain::mail::Outcome;
use futures_util::{StreamExt, stream};
use protocol::{Backoff, MailId, Waits};
use tokio::time::{Instant, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::compose::compose;
use super::settings::MailSettings;
use super::smtp::{CONTENT_STEPS, Refusal, Session};
use crate::serve::PublicUrl;

/// How often it is looked for what is due.
const LOOK: Duration = Duration::from_secs(2);

/// How many mails are looked at together, and how many are on their way at once. One that is on its way
/// when the program is killed may go out twice: few are enough, and each takes no longer for it.
const TOGETHER: u64 = 64;
const AT_ONCE: usize = 2;

/// How long it is waited before what became of a mail is noted again, where it could not be.
const NOTE_AGAIN: Duration = Duration::from_secs(1);

/// After how many failures in a row it is the server's trouble and not the mails', and how long it is
/// left alone then.
const IN_A_ROW: u32 = 4;
const REST: Waits = Waits { first_ms: 2_000, longest_ms: 60_000 };

/// Sends what is due until the server stops. Without settings nothing is ever sent: what is due is
/// dropped.
pub(crate) async fn run(
    domain: Domain,
    settings: Option<MailSettings>,
    public_url: Arc<PublicUrl>,
    stopping: CancellationToken,
) {
    let mut look = interval(LOOK);
    let mut moved = domain.outbox_moved();
    let mailer = settings.map(|settings| Mailer::new(domain.clone(), settings, public_url));
    loop {
        tokio::select! {
            _ = look.tick() => {}
            Ok(()) = moved.changed() => {}
            () = stopping.cancelled() => return,
        }
        let sent = match &mailer {
            Some(mailer) => mailer.send_due(&stopping).await,
            None => domain.drop_due_mails().await,
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "the outbox could not be read, and is tried again");
        }
    }
}

/// Whether the mail server can be reached and takes the login.
///
/// # Errors
/// What is in the way, in words.
pub(crate) async fn try_server(settings: &MailSettings, url: &PublicUrl) -> Result<(), String> {
    match Session::open(settings, url.host()).await {
        Ok(session) => {
            session.close().await;
            Ok(())
        }
        Err(Refusal { outcome: Outcome::Later { reason }, .. }) => Err(reason),
        Err(_) => Err("it refused".to_owned()),
    }
}

struct Mailer {
    domain: Domain,
    settings: MailSettings,
    public_url: Arc<PublicUrl>,
    idle: Mutex<Vec<Session>>,
    /// In a row.
    failures: AtomicU32,
    /// How the server is left alone since it last took a mail.
    rests: Mutex<Backoff>,
}

impl Mailer {
    fn new(domain: Domain, settings: MailSettings, public_url: Arc<PublicUrl>) -> Self {
        Self {
            domain,
            settings,
            public_url,
            idle: Mutex::default(),
            failures: AtomicU32::new(0),
            rests: Mutex::new(Backoff::new(REST)),
        }
    }

    /// Sends all that is due. Sessions are kept for the time of it only.
    async fn send_due(&self, stopping: &CancellationToken) -> domain::Result<()> {
        loop {
            let due = self.domain.due_mails(TOGETHER).await?;
            if due.is_empty() || stopping.is_cancelled() {
                break;
            }
            let trouble: Mutex<Option<domain::Error>> = Mutex::default();
            let sending = stream::iter(due).for_each_concurrent(AT_ONCE, async |id| {
                let is_trouble = self.failures.load(Ordering::Relaxed) >= IN_A_ROW
                    || trouble.lock().unwrap_or_else(PoisonError::into_inner).is_some();
                if stopping.is_cancelled() || is_trouble {
                    return;
                }
                if let Err(error) = self.send(id).await {
                    *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            });
            // A mail on its way is not left: whether it was taken would not be known.
            sending.await;
            // What can't be written now is not asked for again and again.
            if let Some(error) = trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
                return Err(error);
            }
            if self.failures.load(Ordering::Relaxed) >= IN_A_ROW {
                let random = u32::from_be_bytes(self.domain.ambient().bytes());
                let rest = Duration::from_millis(self.rests().next_ms(random).into());
                tracing::warn!(?rest, server = %self.settings.smtp, "mail does not go out");
                tokio::select! {
                    () = sleep(rest) => {}
                    () = stopping.cancelled() => break,
                }
                // The next failure is enough for the next rest.
                self.failures.store(IN_A_ROW - 1, Ordering::Relaxed);
            }
        }
        for session in self.take_idle() {
            session.close().await;
        }
        Ok(())
    }

    fn rests(&self) -> MutexGuard<'_, Backoff> {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Vec<Session> {
        std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn send(&self, id: MailId) -> domain::Result<()> {
        // Every step of a talk may take its time, and there are some eight besides the content.
        let lease = self.settings.timeout * (8 + CONTENT_STEPS) + Duration::from_secs(10);
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        let host = self.settings.from.domain();
        let Some(owed) = self.domain.take_mail(id, lease_ms, host).await? else {
            return Ok(());
        };
        let attempt = owed.attempt;
        let outcome = match compose(&owed, &self.settings.from, &self.public_url) {
            Ok(parcel) => self.hand_over(&parcel).await,
            Err(error) => Outcome::Refused { reason: format!("{error:#}"), is_address_bad: false },
        };
        tracing::info!(mail = %id, kind = owed.matter.kind().as_str(), attempt, ?outcome, "a mail was tried");
        // What the mail server has taken must not go out again because the store is away for a moment:
        // nobody else takes the mail before the lease is over.
        let until = Instant::now() + lease;
        loop {
            let (domain, waits) = (&self.domain, self.settings.waits);
            match domain.settle_mail(id, attempt, outcome.clone(), waits).await {
                Err(error) if Instant::now() < until => {
                    tracing::warn!(%error, mail = %id, "what became of a mail is noted later");
                    sleep(NOTE_AGAIN).await;
                }
                settled => return settled,
            }
        }
    }

    async fn hand_over(&self, parcel: &super::smtp::Parcel) -> Outcome {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let is_used = idle.is_some();
        let sent = match idle {
            Some(session) => Ok(session),
            None => self.open().await,
        };
        let sent = match sent {
            Ok(session) => self.hand_over_by(session, parcel).await,
            Err(refusal) => Err(refusal),
        };
        match sent {
            Ok(()) => {
                self.failures.store(0, Ordering::Relaxed);
                self.rests().reset();
                Outcome::Sent
            }
            Err(Refusal { outcome, is_general }) => {
                // A server may end a connection that it has served for long.
                if is_general && !is_used {
                    self.failures.fetch_add(1, Ordering::Relaxed);
                }
                outcome
            }
        }
    }

    async fn open(&self) -> Result<Session, Refusal> {
        Session::open(&self.settings, self.public_url.host()).await
    }

    async fn hand_over_by(
        &self,
        mut session: Session,
        parcel: &super::smtp::Parcel,
    ) -> Result<(), Refusal> {
        session.send(parcel).await?;
        if session.is_good() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        } else {
            session.close().await;
        }
        Ok(())
    }
}
