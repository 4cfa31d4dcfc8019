//! Starting and stopping.

mod public_url;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use domain::Domain;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use public_url::PublicUrl;

use crate::routes;
use crate::state::ServerState;

/// How long open requests and sockets may take to finish on a stop.
const DRAIN: Duration = Duration::from_secs(10);

/// How often ended sessions are dropped.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// Where to serve.
pub struct ServeOptions {
    /// The address to listen on. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address that browsers use, if it is not the one above.
    pub public_url: Option<PublicUrl>,
}

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    state: ServerState,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// One line that says what to do, where the port can't be had.
    pub async fn bind(domain: Domain, options: ServeOptions) -> anyhow::Result<Self> {
        let ServeOptions { listen, public_url } = options;
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("can't listen on {listen}: stop what uses it or choose another with --listen")
        })?;
        let address = listener.local_addr().context("the port that was taken has no address")?;
        let public_url = public_url.unwrap_or_else(|| PublicUrl::of(address));
        let state =
            ServerState::new(domain, public_url, CancellationToken::new(), TaskTracker::new());
        Ok(Self { listener, state })
    }

    /// The address that is listened on.
    ///
    /// # Errors
    /// The operating system's.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Says on standard output where everything is, with a one-time link if there is no owner yet.
    ///
    /// # Errors
    /// The store's.
    pub async fn announce(&self) -> anyhow::Result<()> {
        let url = &self.state.public_url;
        println!("Porchlight is running.\n");
        println!("  Inbox       {url}/");
        println!("  Demo site   {url}/demo");
        if !self.state.domain.has_agents().await.context("can't look for an owner")? {
            println!("  Set up      {url}/setup/{}", self.state.setup.token());
            println!("              creates the owner; works once, and until the next start");
        }
        println!();
        Ok(())
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// The operating system's.
    pub async fn run(self) -> anyhow::Result<()> {
        self.run_until(stop_signal()).await
    }

    /// Serves until `stop` is ready. Then no new socket is taken, open ones are told to come back
    /// later, and what was accepted is written.
    ///
    /// # Errors
    /// The operating system's.
    pub async fn run_until(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let Self { listener, state } = self;
        let (stopping, sockets) = (state.stopping.clone(), state.sockets.clone());
        let domain = state.domain.clone();
        sockets.spawn(sweep_sessions(domain.clone(), stopping.clone()));

        let graceful = {
            let stopping = stopping.clone();
            async move {
                stop.await;
                tracing::info!("stopping");
                stopping.cancel();
            }
        };
        let serving = axum::serve(listener, routes::router(state)).with_graceful_shutdown(graceful);
        // axum's shutdown does not wait for upgraded sockets, and waits without end for idle
        // connections: both get the same time.
        let deadline = {
            let stopping = stopping.clone();
            async move {
                stopping.cancelled().await;
                tokio::time::sleep(DRAIN).await;
            }
        };
        tokio::select! {
            served = async { serving.await } => served.context("the server failed")?,
            () = deadline => tracing::warn!("some requests did not finish in time"),
        }
        sockets.close();
        if tokio::time::timeout(DRAIN, sockets.wait()).await.is_err() {
            tracing::warn!("some sockets did not close in time");
        }
        if tokio::time::timeout(DRAIN, domain.finish()).await.is_err() {
            tracing::warn!("a request still held the store");
        }
        Ok(())
    }
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        },
        _ => {
            tracing::error!("can't listen for signals: only kill -9 ends this process");
            std::future::pending::<()>().await;
        }
    }
}

async fn sweep_sessions(domain: Domain, stopping: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let now_ms = domain.ambient().now_ms();
                if let Err(error) = domain.store().delete_ended_sessions(now_ms).await {
                    tracing::warn!(%error, "ended sessions were not dropped");
                }
            }
            () = stopping.cancelled() => return,
        }
    }
}
