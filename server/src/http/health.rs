//! Health checks, for whatever monitors the process.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::state::ServerState;

/// How long an answer of the store counts. Anyone may ask, and not every request may cost a query.
const COUNTS: Duration = Duration::from_secs(1);

/// When the store was last asked, and whether it answered.
#[derive(Clone, Default)]
pub(crate) struct Ready(Arc<Mutex<Option<(Instant, bool)>>>);

impl Ready {
    /// Whether the store answers. Requests that arrive while it is being asked wait for the same answer.
    async fn is(&self, state: &ServerState) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, is_ready)) = *last
            && at.elapsed() < COUNTS
        {
            return is_ready;
        }
        let asked = state.domain.store().ping().await;
        if let Err(error) = &asked {
            tracing::error!(%error, "the store does not answer");
        }
        *last = Some((Instant::now(), asked.is_ok()));
        asked.is_ok()
    }
}

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store answers too, and the server is not stopping.
pub(crate) async fn readyz(
    State(state): State<ServerState>,
    Extension(ready): Extension<Ready>,
) -> (StatusCode, &'static str) {
    if state.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if ready.is(&state).await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
    }
}
