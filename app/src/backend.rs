//! What server functions have at hand, and who is asking.

use std::num::NonZeroU32;
use std::sync::Arc;

use domain::Domain;
use domain::agent::Agent;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use leptos::prelude::use_context;
use protocol::{AgentId, ErrorCode};
use tower_sessions::Session;

use crate::failure::Failure;

/// The session's field that holds the agent's id.
const AGENT: &str = "agent";

/// What server functions have at hand: a context of every request.
#[derive(Clone)]
pub struct Backend {
    /// The rules.
    pub domain: Domain,
    /// The link that creates the owner.
    pub setup: SetupLink,
    /// How often somebody may try to log in.
    pub attempts: LoginAttempts,
    /// The address that browsers use.
    pub public_url: String,
    /// Whether the program has a mail server.
    pub sends_mail: bool,
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

/// How often a password may be tried for one address: ten times at once, then every six seconds.
#[derive(Clone)]
pub struct LoginAttempts(Arc<RateLimiter<String, DashMapStateStore<String>, DefaultClock>>);

impl Default for LoginAttempts {
    fn default() -> Self {
        const TEN: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
        Self(Arc::new(RateLimiter::dashmap(Quota::per_minute(TEN))))
    }
}

impl LoginAttempts {
    pub(crate) fn check(&self, email: &str) -> Result<(), ErrorCode> {
        // No longer address exists (RFC 5321, section 4.5.3.1.3), and each is kept for a while.
        if email.len() > 254 {
            return Err(ErrorCode::LoginWrong);
        }
        self.0.retain_recent();
        let key = email.trim().to_lowercase();
        self.0.check_key(&key).map_err(|_| ErrorCode::TooManyAttempts)
    }
}

/// The agent that a session belongs to.
///
/// # Errors
/// The store's.
pub async fn current_agent(session: &Session, domain: &Domain) -> domain::Result<Option<Agent>> {
    let id = match session.get::<AgentId>(AGENT).await {
        Ok(id) => id,
        Err(error) => {
            tracing::error!(%error, "a session could not be read");
            return Err(ErrorCode::Unavailable.into());
        }
    };
    match id {
        Some(id) => domain.find_agent(id).await,
        None => Ok(None),
    }
}

/// The request's backend.
pub(crate) fn backend() -> Result<Backend, Failure> {
    use_context().ok_or_else(|| ErrorCode::Unavailable.into())
}

/// The request's session.
pub(crate) async fn session() -> Result<Session, Failure> {
    leptos_axum::extract().await.map_err(|_| ErrorCode::Unavailable.into())
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

/// The request's backend, for what only the owner may do.
///
/// # Errors
/// `login_required`, `owner_required`.
pub(crate) async fn require_owner() -> Result<Backend, Failure> {
    let (agent, backend) = require_agent().await?;
    if agent.role.can_manage_inboxes() { Ok(backend) } else { Err(ErrorCode::OwnerRequired.into()) }
}

/// Makes the session the agent's, under a new id (OWASP: renew on a change of privilege).
pub(crate) async fn begin_session(agent: AgentId) -> Result<(), Failure> {
    let session = session().await?;
    let begun = async {
        session.cycle_id().await?;
        session.insert(AGENT, agent).await
    };
    begun.await.map_err(unreadable)
}

/// Ends the session, here and in the store.
pub(crate) async fn end_session() -> Result<(), Failure> {
    session().await?.flush().await.map_err(unreadable)
}

fn unreadable(error: tower_sessions::session::Error) -> Failure {
    tracing::error!(%error, "a session could not be written");
    ErrorCode::Unavailable.into()
}
