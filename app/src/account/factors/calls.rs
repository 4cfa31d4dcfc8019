//! Server functions about second factors and passkeys.

use leptos::prelude::*;
use protocol::{PasskeyId, ProviderId, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A passkey, as its agent sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyLine {
    /// Its id in requests.
    pub id: PasskeyId,
    /// The name its agent gave it.
    pub name: String,
    /// When it was added, in milliseconds since 1970 (UTC).
    pub created_at_ms: UnixMillis,
    /// When it was last used, in milliseconds since 1970 (UTC).
    pub used_at_ms: Option<UnixMillis>,
}

/// The second factors of the agent who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// Whether they have set up an authenticator app.
    pub has_totp: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
    /// Their passkeys.
    pub passkeys: Vec<PasskeyLine>,
    /// Whether browsers allow passkeys for this server's address.
    pub takes_passkeys: bool,
    /// Whether they proved who they are recently enough to change these.
    pub is_fresh: bool,
}

/// Returns the second factors of the agent who is logged in.
#[server]
pub async fn read_factors() -> Result<Factors, Failure> {
    use crate::backend::{is_fresh, require_agent};

    let (agent, backend) = require_agent().await?;
    let factors = backend.domain.second_factors(agent.id).await?;
    let line = |key: domain::login::PasskeyDetails| PasskeyLine {
        id: key.id,
        name: key.name,
        created_at_ms: key.created_at_ms,
        used_at_ms: key.used_at_ms,
    };
    Ok(Factors {
        has_totp: factors.has_totp,
        recovery_codes: factors.recovery_codes,
        passkeys: factors.passkeys.into_iter().map(line).collect(),
        takes_passkeys: backend.passkeys.is_some(),
        is_fresh: is_fresh(&backend.domain).await?,
    })
}

/// The second step of a login, after the right password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepDetails {
    /// Their name.
    pub name: String,
    /// Whether they have set up an authenticator app.
    pub has_totp: bool,
    /// Whether they have passkeys.
    pub has_passkeys: bool,
    /// Whether browsers allow passkeys for this server's address.
    pub takes_passkeys: bool,
    /// The page they wanted to go to.
    pub to: String,
}

/// Returns the second step of the login that the browser's step cookie names.
#[server]
pub async fn read_step() -> Result<StepDetails, Failure> {
    let (pending, backend) = pending().await?;
    Ok(StepDetails {
        name: pending.agent.name,
        has_totp: pending.factors.has_totp,
        has_passkeys: !pending.factors.passkeys.is_empty(),
        takes_passkeys: backend.passkeys.is_some(),
        to: pending.to,
    })
}

#[cfg(feature = "ssr")]
fn step(backend: &crate::backend::Backend) -> Result<String, Failure> {
    let step = crate::cookie::STEP.get(&backend.public_url);
    step.ok_or_else(|| protocol::ErrorCode::LoginStepOver.into())
}

#[cfg(feature = "ssr")]
async fn pending() -> Result<(domain::login::Pending, crate::backend::Backend), Failure> {
    let backend = crate::backend::backend()?;
    let pending = backend.domain.pending(&step(&backend)?).await?;
    Ok((pending, backend))
}

/// The agent whose second factors are being set up.
#[cfg(feature = "ssr")]
struct Holder {
    agent: domain::agent::Agent,
    backend: crate::backend::Backend,
    /// The step of their login, if they are not logged in yet.
    step: Option<String>,
}

#[cfg(feature = "ssr")]
impl Holder {
    /// Records that a factor was added. If it was the first, ends all their other logins, which began without one.
    /// During a login, it only notes that the setup is done.
    async fn added(
        &self,
        was_first: bool,
        action: domain::audit::AuditAction,
    ) -> Result<(), Failure> {
        if let Some(step) = &self.step {
            self.backend.domain.note_set_up(step).await?;
        } else if was_first {
            let agent = self.backend.domain.log_out_everywhere(self.agent.id).await?;
            crate::backend::renew_session(&agent).await?;
        }
        note(&self.agent, &self.backend, action).await
    }

    async fn has_none(&self) -> Result<bool, Failure> {
        Ok(!self.backend.domain.second_factors(self.agent.id).await?.is_any())
    }
}

/// Returns the agent whose factors may be set up: one with a fresh login, or one who is logging in, needs a factor
/// and has none.
#[cfg(feature = "ssr")]
async fn holder() -> Result<Holder, Failure> {
    use crate::backend::{backend, current_agent, require_fresh, session};
    use protocol::ErrorCode;

    let backend = backend()?;
    // Not `require_agent`: creating its `Failure` would already set the status of the response.
    if current_agent(&session().await?, &backend.domain).await?.is_some() {
        let by = require_fresh(domain::agent::Right::Answer).await?;
        return Ok(Holder { agent: by.agent, backend: by.backend, step: None });
    }
    let Some(step) = crate::cookie::STEP.get(&backend.public_url) else {
        return Err(ErrorCode::LoginRequired.into());
    };
    let pending = match backend.domain.pending(&step).await {
        Ok(pending) if !pending.factors.is_any() => pending,
        Ok(_) => return Err(ErrorCode::LoginRequired.into()),
        Err(error) if error.code() == ErrorCode::LoginStepOver => {
            return Err(ErrorCode::LoginRequired.into());
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Holder { agent: pending.agent, backend, step: Some(step) })
}

#[cfg(feature = "ssr")]
async fn note(
    agent: &domain::agent::Agent,
    backend: &crate::backend::Backend,
    action: domain::audit::AuditAction,
) -> Result<(), Failure> {
    use crate::backend::{named, source};

    let source = source()?;
    Ok(backend.domain.audit(agent.into(), action, named(agent), Some(&source)).await?)
}

/// Finishes a login with a code from the authenticator app or a recovery code.
#[server]
pub async fn finish_login(code: String) -> Result<(), Failure> {
    use crate::backend::{backend, let_in, named, source};
    use domain::audit::{Actor, AuditAction};
    use protocol::ErrorCode;

    let backend = backend()?;
    let step = step(&backend)?;
    let finished = backend.domain.finish_by_code(&step, &code).await;
    if finished.as_ref().is_err_and(|error| error.code() == ErrorCode::CodeWrong) {
        let agent = backend.domain.pending(&step).await?.agent;
        let actor = Actor::Stranger(agent.email.clone());
        backend
            .domain
            .audit(actor, AuditAction::LoginFailed, named(&agent), Some(&source()?))
            .await?;
    }
    let (agent, to, is_recovery) = finished?;
    crate::cookie::STEP.set("", &backend.public_url);
    if is_recovery {
        note(&agent, &backend, AuditAction::RecoveryCodeUsed).await?;
    }
    let_in(&agent, &backend, AuditAction::LoggedIn, &to).await
}

/// Finishes the login of an agent who has just set up the required factor.
#[server]
pub async fn finish_set_up() -> Result<(), Failure> {
    use crate::backend::{backend, let_in};
    use domain::audit::AuditAction;

    let backend = backend()?;
    let (agent, to) = backend.domain.finish_set_up(&step(&backend)?).await?;
    crate::cookie::STEP.set("", &backend.public_url);
    let_in(&agent, &backend, AuditAction::LoggedIn, &to).await
}

/// What an agent needs to set up an authenticator app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpOffer {
    /// The step to continue with.
    pub step: String,
    /// The secret, for agents who type it in.
    pub secret: String,
    /// The QR code, as an SVG path in a square.
    pub qr: String,
    /// The width of the square.
    pub width: usize,
}

/// Creates a secret for an authenticator app.
#[server]
pub async fn offer_totp() -> Result<TotpOffer, Failure> {
    let Holder { agent, backend, .. } = holder().await?;
    let offer = backend.domain.offer_totp(&agent).await?;
    let (qr, width) = draw(&offer.uri).ok_or(protocol::ErrorCode::Unavailable)?;
    Ok(TotpOffer { step: offer.step, secret: offer.secret, qr, width })
}

/// Returns a QR code as an SVG path of its dark squares, and its width including a border of four squares.
#[cfg(feature = "ssr")]
fn draw(text: &str) -> Option<(String, usize)> {
    use std::fmt::Write;

    const BORDER: usize = 4;
    let code = qrcode::QrCode::new(text).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            let (x, y) = (at % width + BORDER, at / width + BORDER);
            let _infallible = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Some((path, width + 2 * BORDER))
}

/// Turns the authenticator app on, if the code is right. Returns recovery codes.
#[server]
pub async fn confirm_totp(step: String, code: String) -> Result<Vec<String>, Failure> {
    let holder = holder().await?;
    let is_first = holder.has_none().await?;
    let codes = holder.backend.domain.confirm_totp(holder.agent.id, &step, &code).await?;
    holder.added(is_first, domain::audit::AuditAction::TotpAdded).await?;
    Ok(codes)
}

/// Removes the authenticator app.
#[server]
pub async fn remove_totp() -> Result<(), Failure> {
    use crate::backend::{named, require_fresh};
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = require_fresh(Right::Answer).await?;
    by.backend.domain.remove_totp(by.agent.id).await?;
    by.note(AuditAction::TotpRemoved, named(&by.agent)).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

/// Replaces the recovery codes with new ones.
#[server]
pub async fn make_recovery_codes() -> Result<Vec<String>, Failure> {
    use crate::backend::{named, require_fresh};
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = require_fresh(Right::Answer).await?;
    let codes = by.backend.domain.make_recovery_codes(by.agent.id).await?;
    by.note(AuditAction::RecoveryCodesMade, named(&by.agent)).await?;
    Ok(codes)
}

/// A request to the browser for a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRequest {
    /// The step to continue with.
    pub step: String,
    /// The options for the browser, as JSON.
    pub options: String,
}

#[cfg(feature = "ssr")]
impl From<domain::login::PasskeyRequest> for PasskeyRequest {
    fn from(made: domain::login::PasskeyRequest) -> Self {
        Self { step: made.step, options: made.options }
    }
}

/// Returns the request with which the browser creates a passkey.
#[server]
pub async fn offer_passkey() -> Result<PasskeyRequest, Failure> {
    let Holder { agent, backend, .. } = holder().await?;
    let site = backend.passkeys.ok_or(protocol::ErrorCode::PasskeyInvalid)?;
    Ok(backend.domain.offer_passkey(&site, &agent).await?.into())
}

/// Stores a passkey that the browser created.
#[server]
pub async fn add_passkey(step: String, name: String, credential: String) -> Result<(), Failure> {
    let holder = holder().await?;
    let Holder { agent, backend, .. } = &holder;
    let site = backend.passkeys.clone().ok_or(protocol::ErrorCode::PasskeyInvalid)?;
    let is_first = holder.has_none().await?;
    backend.domain.add_passkey(&site, agent.id, &step, &name, &credential).await?;
    holder.added(is_first, domain::audit::AuditAction::PasskeyAdded).await
}

/// Removes a passkey.
#[server]
pub async fn remove_passkey(id: PasskeyId) -> Result<(), Failure> {
    use crate::backend::{named, require_fresh};
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = require_fresh(Right::Answer).await?;
    by.backend.domain.remove_passkey(by.agent.id, id).await?;
    by.note(AuditAction::PasskeyRemoved, named(&by.agent)).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

/// Returns the request with which the browser logs in with a passkey.
#[server]
pub async fn ask_passkey() -> Result<PasskeyRequest, Failure> {
    use crate::backend::{backend, source};

    let backend = backend()?;
    let site = backend.passkeys.ok_or(protocol::ErrorCode::PasskeyInvalid)?;
    Ok(backend.domain.ask_passkey(&site, &source()?).await?.into())
}

/// Logs in with a passkey. Returns the page to go to.
#[server]
pub async fn log_in_by_passkey(
    step: String,
    credential: String,
    #[server(default)] to: String,
) -> Result<String, Failure> {
    use crate::account::calls::own_page;
    use crate::backend::{backend, begin_session, source};
    use domain::audit::AuditAction;

    let backend = backend()?;
    let site = backend.passkeys.clone().ok_or(protocol::ErrorCode::PasskeyInvalid)?;
    let shown = backend.domain.log_in_by_passkey(&site, &step, &credential).await;
    if shown.is_err() {
        let actor = domain::audit::Actor::Stranger("a passkey".to_owned());
        backend.domain.audit(actor, AuditAction::LoginFailed, None, Some(&source()?)).await?;
    }
    let agent = shown?;
    begin_session(&agent, &backend).await?;
    note(&agent, &backend, AuditAction::LoggedIn).await?;
    Ok(own_page(&to).to_owned())
}

/// The ways to log in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginWays {
    /// Providers, by id and name.
    pub providers: Vec<(ProviderId, String)>,
    /// Whether browsers allow passkeys for this server's address.
    pub takes_passkeys: bool,
}

/// Returns the ways to log in.
#[server]
pub async fn read_login_ways() -> Result<LoginWays, Failure> {
    let backend = crate::backend::backend()?;
    let providers = backend.domain.list_providers().await?;
    Ok(LoginWays {
        providers: providers.into_iter().map(|one| (one.id, one.name)).collect(),
        takes_passkeys: backend.passkeys.is_some(),
    })
}
