//! Sends queued emails until the server stops. What to send is read from the store each time: nothing is
//! remembered here that a restart could lose.

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
use crate::public_url::PublicUrl;

/// How often to look for emails that are due.
const LOOK: Duration = Duration::from_secs(2);

/// How many emails are read together, and how many are in flight at once. An email in flight when the program
/// is killed may be sent twice. So there are few, and none is slower for it.
const TOGETHER: u64 = 64;
const AT_ONCE: usize = 2;

/// How long to wait before trying again to record the outcome of an email.
const NOTE_AGAIN: Duration = Duration::from_secs(1);

/// How many failures in a row mean that the server is in trouble, not the emails, and how long it is left alone
/// then.
const IN_A_ROW: u32 = 4;
const REST: Waits = Waits { first_ms: 2_000, longest_ms: 60_000 };

/// Sends queued emails until the server stops. Without settings nothing is ever sent: emails that are due are
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
            tracing::warn!(%error, "can't read the outbox, will retry");
        }
    }
}

/// Checks that the mail server can be reached and accepts the login.
///
/// # Errors
/// What is wrong, in words.
pub(crate) async fn try_server(settings: &MailSettings, url: &PublicUrl) -> Result<(), String> {
    match Session::open(settings, url.host()).await {
        Ok(session) => {
            session.close().await;
            Ok(())
        }
        Err(Refusal { outcome: Outcome::Later { reason }, .. }) => Err(reason),
        Err(_) => Err("the server refused".to_owned()),
    }
}

struct Mailer {
    domain: Domain,
    settings: MailSettings,
    public_url: Arc<PublicUrl>,
    idle: Mutex<Vec<Session>>,
    /// The number of failures in a row.
    failures: AtomicU32,
    /// How long to leave the server alone. Starts over whenever it accepts an email.
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

    /// Sends all emails that are due. Sessions are kept open only meanwhile.
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
            // Emails in flight are not abandoned: nobody would know whether they were accepted.
            sending.await;
            // If outcomes can't be written now, don't ask for more emails again and again.
            if let Some(error) = trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
                return Err(error);
            }
            if self.failures.load(Ordering::Relaxed) >= IN_A_ROW {
                let random = u32::from_be_bytes(self.domain.ambient().bytes());
                let rest = Duration::from_millis(self.rests().next_ms(random).into());
                tracing::warn!(?rest, server = %self.settings.smtp, "can't send email, pausing");
                tokio::select! {
                    () = sleep(rest) => {}
                    () = stopping.cancelled() => break,
                }
                // One more failure is enough for the next pause.
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
        // Each step of a session may take the whole timeout, and there are about eight besides the content.
        let lease = self.settings.timeout * (8 + CONTENT_STEPS) + Duration::from_secs(10);
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        let host = self.settings.from.domain();
        let Some(delivery) = self.domain.claim_mail(id, lease_ms, host).await? else {
            return Ok(());
        };
        let attempt = delivery.attempt;
        let outcome = match compose(&delivery, &self.settings.from, &self.public_url) {
            Ok(envelope) => self.hand_over(&envelope).await,
            Err(error) => Outcome::Refused { reason: format!("{error:#}"), is_address_bad: false },
        };
        tracing::info!(mail = %id, kind = delivery.content.kind().as_str(), attempt, ?outcome, "tried to send an email");
        // An email that the mail server has accepted must not be sent again because the store is briefly
        // unavailable. Nobody else claims it before the lease ends.
        let until = Instant::now() + lease;
        loop {
            let (domain, waits) = (&self.domain, self.settings.waits);
            match domain.record_outcome(id, attempt, outcome.clone(), waits).await {
                Err(error) if Instant::now() < until => {
                    tracing::warn!(%error, mail = %id, "can't record the outcome of an email, will retry");
                    sleep(NOTE_AGAIN).await;
                }
                ended => return ended,
            }
        }
    }

    async fn hand_over(&self, envelope: &super::smtp::Envelope) -> Outcome {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let is_used = idle.is_some();
        let sent = match idle {
            Some(session) => Ok(session),
            None => self.open().await,
        };
        let sent = match sent {
            Ok(session) => self.hand_over_by(session, envelope).await,
            Err(refusal) => Err(refusal),
        };
        match sent {
            Ok(()) => {
                self.failures.store(0, Ordering::Relaxed);
                self.rests().reset();
                Outcome::Sent
            }
            Err(Refusal { outcome, is_general }) => {
                // A server may close a connection that has been open for long.
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
        envelope: &super::smtp::Envelope,
    ) -> Result<(), Refusal> {
        session.send(envelope).await?;
        if session.is_good() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        } else {
            session.close().await;
        }
        Ok(())
    }
}
