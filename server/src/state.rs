//! What handlers share. What only one of them remembers is an extension of its routes.

use std::sync::Arc;

use app::SetupLink;
use axum::extract::FromRef;
use domain::Domain;
use domain::login::PasskeySite;
use leptos::config::LeptosOptions;
use protocol::limits;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::public_url::PublicUrl;
use crate::traffic::Traffic;

/// What handlers share. Clones are cheap.
#[derive(Clone)]
pub(crate) struct ServerState {
    pub(crate) domain: Domain,
    pub(crate) public_url: Arc<PublicUrl>,
    /// Whether there is a mail server.
    pub(crate) sends_mail: bool,
    pub(crate) setup: SetupLink,
    /// What clients hold of the server.
    pub(crate) traffic: Traffic,
    pub(crate) leptos: LeptosOptions,
    /// Canceled when the server begins to stop.
    pub(crate) stopping: CancellationToken,
    /// The open sockets, and background tasks.
    pub(crate) sockets: TaskTracker,
}

impl ServerState {
    /// When a client that is disconnected now should come back, in milliseconds. Random, so that not all come
    /// at once.
    pub(crate) fn retry_ms(&self) -> u64 {
        let random = u64::from(u16::from_be_bytes(self.domain.ambient().bytes()));
        500 + random * limits::RETRY_SPREAD_MS / u64::from(u16::MAX)
    }

    /// What the dashboard's server functions need.
    pub(crate) fn backend(&self) -> app::Backend {
        app::Backend {
            domain: self.domain.clone(),
            setup: self.setup.clone(),
            public_url: self.public_url.to_string(),
            sends_mail: self.sends_mail,
            passkeys: PasskeySite::new(&self.public_url.to_string()),
        }
    }
}

impl FromRef<ServerState> for LeptosOptions {
    fn from_ref(state: &ServerState) -> Self {
        state.leptos.clone()
    }
}
