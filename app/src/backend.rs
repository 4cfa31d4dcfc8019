//! What server functions have at hand, and who is asking.

use std::sync::Arc;

use domain::agent::{Agent, Right};
use domain::audit::{Actor, Deed, Subject};
use domain::login::{Login, PasskeySite, Source};
use domain::{Domain, Error};
use http::request::Parts;
use leptos::prelude::use_context;
use protocol::{AgentId, ErrorCode, InboxId};
use tower_sessions::Session;

use crate::failure::Failure;

/// How long a login counts as fresh, in milliseconds.
const FRESH_MS: u64 = 15 * 60 * 1_000;

/// The session's field that holds whose login it is.
pub const LOGIN: &str = "login";

/// What server functions have at hand: a context of every request.
#[derive(Clone)]
pub struct Backend {
    /// The rules.
    pub domain: Domain,
    /// The link that creates the owner.
    pub setup: SetupLink,
    /// The address that browsers use.
    pub public_url: String,
    /// Whether the program has a mail server.
    pub sends_mail: bool,
    /// Where agents' passkeys are used, if browsers make them for this address.
    pub passkeys: Option<PasskeySite>,
}

/// The one-time link that creates the owner. It works while there is no agent.
#[derive(Clone)]
pub struct SetupLink(Arc<str>);

impl SetupLink {
    /// A link with a secret token.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(token.into())
    }

    /// The secret part, for the operator's eyes.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }

    /// Whether `token` is the link's. The token has 256 bits and lives for one run of the program,
    /// so that the time a comparison takes gives nothing away that could be used.
    #[must_use]
    pub fn matches(&self, token: &str) -> bool {
        *self.0 == *token
    }
}

/// The agent that a session belongs to.
///
/// # Errors
/// The store's.
pub async fn current_agent(session: &Session, domain: &Domain) -> domain::Result<Option<Agent>> {
    let login = match session.get::<Held>(LOGIN).await {
        Ok(login) => login,
        Err(error) => {
            tracing::error!(%error, "a session could not be read");
            return Err(ErrorCode::Unavailable.into());
        }
    };
    match login {
        Some(Held { agent, epoch, .. }) => domain.find_logged_in(agent, epoch).await,
        None => Ok(None),
    }
}

/// Whose login a session is, as it holds it.
#[derive(serde::Serialize, serde::Deserialize)]
struct Held {
    agent: AgentId,
    epoch: i32,
    address: String,
    browser: Option<String>,
    /// When its agent last showed who they are, in milliseconds since 1970 (UTC).
    #[serde(default)]
    shown_at_ms: u64,
}

/// Whose login a session is, by what it holds; `None` if it is nobody's.
#[must_use]
pub fn login_in(held: &serde_json::Value) -> Option<Login> {
    let Held { agent, epoch, address, browser, .. } = serde::Deserialize::deserialize(held).ok()?;
    Some(Login { agent, epoch, address, browser })
}

/// The request's backend.
pub(crate) fn backend() -> Result<Backend, Failure> {
    use_context().ok_or_else(|| ErrorCode::Unavailable.into())
}

/// The request's session.
pub(crate) async fn session() -> Result<Session, Failure> {
    leptos_axum::extract().await.map_err(|_| ErrorCode::Unavailable.into())
}

/// From where the request comes.
pub(crate) fn source() -> Result<Source, Failure> {
    let parts = use_context::<Parts>();
    let source = parts.and_then(|parts| parts.extensions.get().cloned());
    source.ok_or_else(|| ErrorCode::Unavailable.into())
}

/// The request's agent.
///
/// # Errors
/// `login_required` if nobody is logged in.
pub(crate) async fn require_agent() -> Result<(Agent, Backend), Failure> {
    let backend = backend()?;
    let agent = current_agent(&session().await?, &backend.domain).await?;
    Ok((agent.ok_or(ErrorCode::LoginRequired)?, backend))
}

/// Whether the request's agent showed who they are a short while ago: what decides who can come in is not
/// changed by whoever finds an open computer.
pub(crate) async fn is_fresh(domain: &Domain) -> Result<bool, Failure> {
    let held: Option<Held> = session().await?.get(LOGIN).await.map_err(unreadable)?;
    let shown_at_ms = held.map_or(0, |held| held.shown_at_ms);
    Ok(shown_at_ms + FRESH_MS > domain.ambient().now_ms())
}

/// Whoever asks, if they have a right, and showed a short while ago who they are.
///
/// # Errors
/// `login_required`, `forbidden`, `login_stale`.
pub(crate) async fn require_fresh(right: Right) -> Result<Caller, Failure> {
    let caller = require(right).await?;
    if !is_fresh(&caller.backend.domain).await? {
        return Err(ErrorCode::LoginStale.into());
    }
    Ok(caller)
}

/// Somebody who has the right that they need, and what they have at hand.
pub(crate) struct Caller {
    pub(crate) agent: Agent,
    pub(crate) backend: Backend,
    pub(crate) source: Source,
}

/// Whoever asks, if they have a right.
///
/// # Errors
/// `login_required`, `forbidden`.
pub(crate) async fn require(right: Right) -> Result<Caller, Failure> {
    let source = source()?;
    let (agent, backend) = require_agent().await?;
    if !agent.role.may(right) {
        tracing::info!(agent = %agent.id, client = %source.address, ?right, "a right is missing");
        return Err(ErrorCode::Forbidden.into());
    }
    Ok(Caller { agent, backend, source })
}

impl Caller {
    /// Notes in the audit log what they did.
    pub(crate) async fn note(&self, deed: Deed, subject: Option<Subject>) -> Result<(), Failure> {
        let actor = Actor::from(&self.agent);
        Ok(self.backend.domain.audit(actor, deed, subject, Some(&self.source)).await?)
    }

    /// Another agent whom they may manage.
    ///
    /// # Errors
    /// `agent_unknown`, `forbidden`.
    pub(crate) async fn managed(&self, id: AgentId) -> Result<Agent, Failure> {
        let agents = self.backend.domain.list_agents().await?;
        let other =
            agents.into_iter().find(|other| other.id == id).ok_or(ErrorCode::AgentUnknown)?;
        if !self.agent.role.may_manage(other.role) {
            return Err(ErrorCode::Forbidden.into());
        }
        Ok(other)
    }

    /// An inbox, as the audit log names it.
    pub(crate) async fn inbox(&self, id: InboxId) -> Result<Subject, Failure> {
        let inbox = self.backend.domain.see_inbox(&self.agent, id).await?;
        Ok((id.0, inbox.name))
    }
}

/// An agent, as the audit log names them.
pub(crate) fn named(agent: &Agent) -> Option<Subject> {
    Some((agent.id.0, agent.name.clone()))
}

/// Makes the session the agent's, under a new id (OWASP: renew on a change of privilege), and notes in the
/// browser that it is known.
pub(crate) async fn begin_session(agent: &Agent, backend: &Backend) -> Result<(), Failure> {
    hold(&session().await?, agent, &source()?, backend.domain.ambient().now_ms()).await?;
    crate::cookie::DEVICE.set(&backend.domain.device(agent.id).await?, &backend.public_url);
    Ok(())
}

/// Makes the session the agent's anew, who has shown nothing meanwhile.
pub(crate) async fn renew_session(agent: &Agent) -> Result<(), Failure> {
    let session = session().await?;
    let held: Option<Held> = session.get(LOGIN).await.map_err(unreadable)?;
    let shown_at_ms = held.map_or(0, |held| held.shown_at_ms);
    Ok(hold(&session, agent, &source()?, shown_at_ms).await?)
}

/// Makes a session an agent's, under a new id, who showed then who they are.
///
/// # Errors
/// `unavailable`: the store's.
pub async fn hold(
    session: &Session,
    agent: &Agent,
    source: &Source,
    shown_at_ms: u64,
) -> domain::Result<()> {
    let Login { agent: id, epoch, address, browser } = Login::of(agent, source);
    let held = Held { agent: id, epoch, address, browser, shown_at_ms };
    let begun = async {
        session.cycle_id().await?;
        session.insert(LOGIN, held).await
    };
    begun.await.map_err(|error| {
        tracing::error!(%error, "a session could not be written");
        ErrorCode::Unavailable.into()
    })
}

/// Lets an agent in whose password was right, or leads them to where more is asked of them. Says where they
/// are led.
pub(crate) async fn enter(
    agent: &Agent,
    backend: &Backend,
    deed: Deed,
    to: &str,
) -> Result<(), Failure> {
    if let Some(step) = backend.domain.admit(agent, to).await? {
        let deed = Deed::SecondFactorAsked;
        let actor = Actor::Stranger(agent.email.clone());
        backend.domain.audit(actor, deed, named(agent), Some(&source()?)).await?;
        crate::cookie::STEP.set(&step, &backend.public_url);
        leptos_axum::redirect("/login/second");
        return Ok(());
    }
    let_in(agent, backend, deed, to).await
}

/// Lets an agent in who has shown all that is asked.
pub(crate) async fn let_in(
    agent: &Agent,
    backend: &Backend,
    deed: Deed,
    to: &str,
) -> Result<(), Failure> {
    begin_session(agent, backend).await?;
    backend.domain.audit(agent.into(), deed, named(agent), Some(&source()?)).await?;
    leptos_axum::redirect(to);
    Ok(())
}

/// Ends the session, here and in the store.
pub(crate) async fn end_session() -> Result<(), Failure> {
    session().await?.flush().await.map_err(unreadable)
}

fn unreadable(error: tower_sessions::session::Error) -> Failure {
    tracing::error!(%error, "a session could not be written");
    Error::from(ErrorCode::Unavailable).into()
}
