//! Server functions about second factors and passkeys.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::Failure;

/// A passkey, as its agent sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyLine {
    /// What it is called in requests.
    pub id: Uuid,
    /// What its agent calls it.
    pub name: String,
    /// When it was made, in milliseconds since 1970 (UTC).
    pub created_at_ms: u64,
    /// When it was used last, in milliseconds since 1970 (UTC).
    pub used_at_ms: Option<u64>,
}

/// What the agent who is logged in can show besides a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// Whether an authenticator app makes codes for them.
    pub has_totp: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
    /// Their passkeys.
    pub passkeys: Vec<PasskeyLine>,
    /// Whether browsers make passkeys for this address.
    pub takes_passkeys: bool,
    /// Whether they showed who they are a short while ago.
    pub is_fresh: bool,
}

/// What the agent who is logged in can show besides a password.
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

/// What is asked of somebody whose password was right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepDetails {
    /// Their name.
    pub name: String,
    /// Whether an authenticator app makes codes for them.
    pub has_totp: bool,
    /// Whether they have passkeys.
    pub has_passkeys: bool,
    /// Whether browsers make passkeys for this address.
    pub takes_passkeys: bool,
    /// Where they wanted to go.
    pub to: String,
}

/// What is asked of somebody whose password was right, by what their browser keeps.
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

/// Whose factors are set up.
#[cfg(feature = "ssr")]
struct Holder {
    agent: domain::agent::Agent,
    backend: crate::backend::Backend,
    /// What they are in the middle of, if they are not logged in.
    step: Option<String>,
}

#[cfg(feature = "ssr")]
impl Holder {
    /// One was added. Who came in without, where there was none before, is logged out.
    async fn added(&self, was_first: bool, deed: domain::audit::Deed) -> Result<(), Failure> {
        if let Some(step) = &self.step {
            self.backend.domain.note_set_up(step).await?;
        } else if was_first {
            let agent = self.backend.domain.log_out_everywhere(self.agent.id).await?;
            crate::backend::renew_session(&agent).await?;
        }
        note(&self.agent, &self.backend, deed).await
    }

    async fn has_none(&self) -> Result<bool, Failure> {
        Ok(!self.backend.domain.second_factors(self.agent.id).await?.is_any())
    }
}

/// Whose factors are set up: whoever is logged in since a short while, or whoever must have one and has none.
#[cfg(feature = "ssr")]
async fn holder() -> Result<Holder, Failure> {
    use crate::backend::{backend, current_agent, require_fresh, session};
    use protocol::ErrorCode;

    let backend = backend()?;
    // Looked at as it is: a failure would be the answer's status already.
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
    deed: domain::audit::Deed,
) -> Result<(), Failure> {
    use crate::backend::{named, source};

    let source = source()?;
    Ok(backend.domain.audit(agent.into(), deed, named(agent), Some(&source)).await?)
}

/// Lets somebody in by a code of their authenticator app, or by one for when it is lost.
#[server]
pub async fn finish_login(code: String) -> Result<(), Failure> {
    use crate::backend::{backend, let_in, named, source};
    use domain::audit::{Actor, Deed};
    use protocol::ErrorCode;

    let backend = backend()?;
    let step = step(&backend)?;
    let finished = backend.domain.finish_by_code(&step, &code).await;
    if finished.as_ref().is_err_and(|error| error.code() == ErrorCode::CodeWrong) {
        let agent = backend.domain.pending(&step).await?.agent;
        let actor = Actor::Stranger(agent.email.clone());
        backend.domain.audit(actor, Deed::LoginFailed, named(&agent), Some(&source()?)).await?;
    }
    let (agent, to, is_recovery) = finished?;
    crate::cookie::STEP.set("", &backend.public_url);
    if is_recovery {
        note(&agent, &backend, Deed::RecoveryCodeUsed).await?;
    }
    let_in(&agent, &backend, Deed::LoggedIn, &to).await
}

/// Lets somebody in who has just set up what was asked for.
#[server]
pub async fn finish_set_up() -> Result<(), Failure> {
    use crate::backend::{backend, let_in};
    use domain::audit::Deed;

    let backend = backend()?;
    let (agent, to) = backend.domain.finish_set_up(&step(&backend)?).await?;
    crate::cookie::STEP.set("", &backend.public_url);
    let_in(&agent, &backend, Deed::LoggedIn, &to).await
}

/// What an authenticator app is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpOffer {
    /// Goes on with it.
    pub step: String,
    /// The secret, for who types it in.
    pub secret: String,
    /// The QR code: a path in a square.
    pub qr: String,
    /// How wide the square is.
    pub width: usize,
}

/// Makes a secret for an authenticator app.
#[server]
pub async fn offer_totp() -> Result<TotpOffer, Failure> {
    let Holder { agent, backend, .. } = holder().await?;
    let offer = backend.domain.offer_totp(&agent).await?;
    let (qr, width) = draw(&offer.uri).ok_or(protocol::ErrorCode::Unavailable)?;
    Ok(TotpOffer { step: offer.step, secret: offer.secret, qr, width })
}

/// A QR code as the path of its dark squares, and its width with a border of four.
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

/// Has codes of an authenticator app count. Returns recovery codes.
#[server]
pub async fn confirm_totp(step: String, code: String) -> Result<Vec<String>, Failure> {
    let holder = holder().await?;
    let is_first = holder.has_none().await?;
    let codes = holder.backend.domain.confirm_totp(holder.agent.id, &step, &code).await?;
    holder.added(is_first, domain::audit::Deed::TotpAdded).await?;
    Ok(codes)
}

/// Forgets the authenticator app.
#[server]
pub async fn remove_totp() -> Result<(), Failure> {
    use crate::backend::{named, require_fresh};
    use domain::agent::Right;
    use domain::audit::Deed;

    let by = require_fresh(Right::Answer).await?;
    by.backend.domain.remove_totp(by.agent.id).await?;
    by.note(Deed::TotpRemoved, named(&by.agent)).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

/// Puts new recovery codes in the place of those that there are.
#[server]
pub async fn make_recovery_codes() -> Result<Vec<String>, Failure> {
    use crate::backend::{named, require_fresh};
    use domain::agent::Right;
    use domain::audit::Deed;

    let by = require_fresh(Right::Answer).await?;
    let codes = by.backend.domain.make_recovery_codes(by.agent.id).await?;
    by.note(Deed::RecoveryCodesMade, named(&by.agent)).await?;
    Ok(codes)
}

/// What a browser is asked for a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRequest {
    /// Goes on with it.
    pub step: String,
    /// What the browser takes, as JSON.
    pub options: String,
}

#[cfg(feature = "ssr")]
impl From<domain::login::PasskeyRequest> for PasskeyRequest {
    fn from(made: domain::login::PasskeyRequest) -> Self {
        Self { step: made.step, options: made.options }
    }
}

/// What a browser is asked that makes a passkey.
#[server]
pub async fn offer_passkey() -> Result<PasskeyRequest, Failure> {
    let Holder { agent, backend, .. } = holder().await?;
    let site = backend.passkeys.ok_or(protocol::ErrorCode::PasskeyInvalid)?;
    Ok(backend.domain.offer_passkey(&site, &agent).await?.into())
}

/// Keeps a passkey that a browser made.
#[server]
pub async fn add_passkey(step: String, name: String, credential: String) -> Result<(), Failure> {
    let holder = holder().await?;
    let Holder { agent, backend, .. } = &holder;
    let site = backend.passkeys.clone().ok_or(protocol::ErrorCode::PasskeyInvalid)?;
    let is_first = holder.has_none().await?;
    backend.domain.add_passkey(&site, agent.id, &step, &name, &credential).await?;
    holder.added(is_first, domain::audit::Deed::PasskeyAdded).await
}

/// Forgets a passkey.
#[server]
pub async fn remove_passkey(id: Uuid) -> Result<(), Failure> {
    use crate::backend::{named, require_fresh};
    use domain::agent::Right;
    use domain::audit::Deed;

    let by = require_fresh(Right::Answer).await?;
    by.backend.domain.remove_passkey(by.agent.id, id).await?;
    by.note(Deed::PasskeyRemoved, named(&by.agent)).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

/// What a browser is asked that logs in by a passkey.
#[server]
pub async fn ask_passkey() -> Result<PasskeyRequest, Failure> {
    use crate::backend::{backend, source};

    let backend = backend()?;
    let site = backend.passkeys.ok_or(protocol::ErrorCode::PasskeyInvalid)?;
    Ok(backend.domain.ask_passkey(&site, &source()?).await?.into())
}

/// Logs in by a passkey. Returns the page to go to.
#[server]
pub async fn log_in_by_passkey(
    step: String,
    credential: String,
    #[server(default)] to: String,
) -> Result<String, Failure> {
    use crate::account::calls::own_page;
    use crate::backend::{backend, begin_session, source};
    use domain::audit::Deed;

    let backend = backend()?;
    let site = backend.passkeys.clone().ok_or(protocol::ErrorCode::PasskeyInvalid)?;
    let shown = backend.domain.log_in_by_passkey(&site, &step, &credential).await;
    if shown.is_err() {
        let actor = domain::audit::Actor::Stranger("a passkey".to_owned());
        backend.domain.audit(actor, Deed::LoginFailed, None, Some(&source()?)).await?;
    }
    let agent = shown?;
    begin_session(&agent, &backend).await?;
    note(&agent, &backend, Deed::LoggedIn).await?;
    Ok(own_page(&to).to_owned())
}

/// The ways to log in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginWays {
    /// Providers, by id and name.
    pub providers: Vec<(Uuid, String)>,
    /// Whether browsers make passkeys for this address.
    pub takes_passkeys: bool,
}

/// The ways to log in.
#[server]
pub async fn read_login_ways() -> Result<LoginWays, Failure> {
    let backend = crate::backend::backend()?;
    let providers = backend.domain.list_providers().await?;
    Ok(LoginWays {
        providers: providers.into_iter().map(|one| (one.id, one.name)).collect(),
        takes_passkeys: backend.passkeys.is_some(),
    })
}
