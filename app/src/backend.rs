//! The context of server functions, and who calls them.

use std::sync::Arc;

use domain::agent::{Agent, Right};
use domain::audit::{Actor, AuditAction, Subject};
use domain::login::{Login, PasskeySite, Source};
use domain::{Domain, Error};
use http::request::Parts;
use leptos::prelude::use_context;
use protocol::{AgentId, ErrorCode, InboxId, UnixMillis};
use tower_sessions::Session;

use crate::failure::Failure;

/// How long a login counts as fresh, in milliseconds.
const FRESH_MS: u64 = 15 * 60 * 1_000;

/// The session field that holds the login.
pub const LOGIN: &str = "login";

/// What server functions need, provided as a context with every request.
#[derive(Clone)]
pub struct Backend {
    /// The domain, which holds the rules.
    pub domain: Domain,
    /// The link that creates the owner.
    pub setup: SetupLink,
    /// The address at which browsers reach the server.
    pub public_url: String,
    /// Whether the program has a mail server.
    pub sends_mail: bool,
    /// The site that agents' passkeys belong to, if browsers allow passkeys for this address.
    pub passkeys: Option<PasskeySite>,
}

/// The one-time link that creates the owner. It works as long as there is no agent.
#[derive(Clone)]
pub struct SetupLink(Arc<str>);

impl SetupLink {
    /// Creates the link from a secret token.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(token.into())
    }

    /// The secret part, to be shown only to the operator.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }

    /// Whether `token` is the link's token. It has 256 bits and changes with every start of the program, so
    /// comparison timing reveals nothing usable.
    #[must_use]
    pub fn matches(&self, token: &str) -> bool {
        *self.0 == *token
    }
}

/// Returns the agent that a session belongs to.
///
/// # Errors
/// If the store fails.
pub async fn current_agent(session: &Session, domain: &Domain) -> domain::Result<Option<Agent>> {
    let login = match session.get::<Held>(LOGIN).await {
        Ok(login) => login,
        Err(error) => {
            tracing::error!(%error, "could not read a session");
            return Err(ErrorCode::Unavailable.into());
        }
    };
    match login {
        Some(Held { agent, epoch, .. }) => domain.find_logged_in(agent, epoch).await,
        None => Ok(None),
    }
}

/// The login, as the session stores it.
#[derive(serde::Serialize, serde::Deserialize)]
struct Held {
    agent: AgentId,
    epoch: i32,
    address: String,
    browser: Option<String>,
    /// When the agent last proved who they are, in milliseconds since 1970 (UTC).
    #[serde(default)]
    shown_at_ms: UnixMillis,
}

/// Reads the login from the stored value of a session; `None` if there is none.
#[must_use]
pub fn login_in(held: &serde_json::Value) -> Option<Login> {
    let Held { agent, epoch, address, browser, .. } = serde::Deserialize::deserialize(held).ok()?;
    Some(Login { agent, epoch, address, browser })
}

/// Returns the backend of the request.
pub(crate) fn backend() -> Result<Backend, Failure> {
    use_context().ok_or_else(|| ErrorCode::Unavailable.into())
}

/// Returns the session of the request.
pub(crate) async fn session() -> Result<Session, Failure> {
    leptos_axum::extract().await.map_err(|_| ErrorCode::Unavailable.into())
}

/// Returns where the request comes from.
pub(crate) fn source() -> Result<Source, Failure> {
    let parts = use_context::<Parts>();
    let source = parts.and_then(|parts| parts.extensions.get().cloned());
    source.ok_or_else(|| ErrorCode::Unavailable.into())
}

/// Returns the agent who makes the request.
///
/// # Errors
/// `login_required` if nobody is logged in.
pub(crate) async fn require_agent() -> Result<(Agent, Backend), Failure> {
    let backend = backend()?;
    let agent = current_agent(&session().await?, &backend.domain).await?;
    Ok((agent.ok_or(ErrorCode::LoginRequired)?, backend))
}

/// Whether the agent proved who they are within the last 15 minutes. Someone who finds an unlocked computer must
/// not be able to change who can log in.
pub(crate) async fn is_fresh(domain: &Domain) -> Result<bool, Failure> {
    let held: Option<Held> = session().await?.get(LOGIN).await.map_err(unreadable)?;
    let shown_at_ms = held.map_or(UnixMillis::ZERO, |held| held.shown_at_ms);
    Ok(shown_at_ms + FRESH_MS > domain.ambient().now_ms())
}

/// Returns the caller, if they have the right and a fresh login.
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

/// An agent who has the required right, with the context of their request.
pub(crate) struct Caller {
    pub(crate) agent: Agent,
    pub(crate) backend: Backend,
    pub(crate) source: Source,
}

/// Returns the caller, if they have the right.
///
/// # Errors
/// `login_required`, `forbidden`.
pub(crate) async fn require(right: Right) -> Result<Caller, Failure> {
    let source = source()?;
    let (agent, backend) = require_agent().await?;
    if !agent.role.may(right) {
        tracing::info!(agent = %agent.id, client = %source.address, ?right, "permission denied");
        return Err(ErrorCode::Forbidden.into());
    }
    Ok(Caller { agent, backend, source })
}

impl Caller {
    /// Records an action of the caller in the audit log.
    pub(crate) async fn note(
        &self,
        action: AuditAction,
        subject: Option<Subject>,
    ) -> Result<(), Failure> {
        let actor = Actor::from(&self.agent);
        Ok(self.backend.domain.audit(actor, action, subject, Some(&self.source)).await?)
    }

    /// Returns an agent whom the caller may manage.
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

    /// Returns an inbox as a subject for the audit log.
    pub(crate) async fn inbox(&self, id: InboxId) -> Result<Subject, Failure> {
        let inbox = self.backend.domain.see_inbox(&self.agent, id).await?;
        Ok((id.0, inbox.name))
    }
}

/// Returns an agent as a subject for the audit log.
pub(crate) fn named(agent: &Agent) -> Option<Subject> {
    Some((agent.id.0, agent.name.clone()))
}

/// Logs the agent in: renews the session under a new id (OWASP: renew on a change of privilege) and sets the
/// device cookie, by which the browser is recognized.
pub(crate) async fn begin_session(agent: &Agent, backend: &Backend) -> Result<(), Failure> {
    hold(&session().await?, agent, &source()?, backend.domain.ambient().now_ms()).await?;
    crate::cookie::DEVICE.set(&backend.domain.device(agent.id).await?, &backend.public_url);
    Ok(())
}

/// Renews the session of an agent who has not proved who they are again: the login stays as fresh as it was.
pub(crate) async fn renew_session(agent: &Agent) -> Result<(), Failure> {
    let session = session().await?;
    let held: Option<Held> = session.get(LOGIN).await.map_err(unreadable)?;
    let shown_at_ms = held.map_or(UnixMillis::ZERO, |held| held.shown_at_ms);
    Ok(hold(&session, agent, &source()?, shown_at_ms).await?)
}

/// Gives a session to an agent, under a new id. `shown_at_ms` is when they last proved who they are, in
/// milliseconds since 1970 (UTC).
///
/// # Errors
/// `unavailable` if the session cannot be stored.
pub async fn hold(
    session: &Session,
    agent: &Agent,
    source: &Source,
    shown_at_ms: UnixMillis,
) -> domain::Result<()> {
    let Login { agent: id, epoch, address, browser } = Login::of(agent, source);
    let held = Held { agent: id, epoch, address, browser, shown_at_ms };
    let begun = async {
        session.cycle_id().await?;
        session.insert(LOGIN, held).await
    };
    begun.await.map_err(|error| {
        tracing::error!(%error, "could not write a session");
        ErrorCode::Unavailable.into()
    })
}

/// Lets in an agent whose password was right, or starts the second step of the login if one is required. Redirects
/// accordingly.
pub(crate) async fn enter(
    agent: &Agent,
    backend: &Backend,
    action: AuditAction,
    to: &str,
) -> Result<(), Failure> {
    if let Some(step) = backend.domain.admit(agent, to).await? {
        let action = AuditAction::SecondFactorAsked;
        let actor = Actor::Stranger(agent.email.clone());
        backend.domain.audit(actor, action, named(agent), Some(&source()?)).await?;
        crate::cookie::STEP.set(&step, &backend.public_url);
        leptos_axum::redirect("/login/second");
        return Ok(());
    }
    let_in(agent, backend, action, to).await
}

/// Lets in an agent who has proved everything required.
pub(crate) async fn let_in(
    agent: &Agent,
    backend: &Backend,
    action: AuditAction,
    to: &str,
) -> Result<(), Failure> {
    begin_session(agent, backend).await?;
    backend.domain.audit(agent.into(), action, named(agent), Some(&source()?)).await?;
    leptos_axum::redirect(to);
    Ok(())
}

/// Ends the session and deletes it from the store.
pub(crate) async fn end_session() -> Result<(), Failure> {
    session().await?.flush().await.map_err(unreadable)
}

fn unreadable(error: tower_sessions::session::Error) -> Failure {
    tracing::error!(%error, "could not read or delete a session");
    Error::from(ErrorCode::Unavailable).into()
}
